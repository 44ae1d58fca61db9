// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Tensors

/// One mapped file of tensors, safetensors or GGUF, which its first bytes tell.
///
/// Everything about where a tensor is was checked against the size of the file before it is here.
struct TensorFile: Sendable {
    struct Entry: Sendable {
        /// The file's word for what an element is, as `BF16`.
        let type: String
        /// The length of each axis, outermost first.
        let shape: [Int]
        /// Bytes from the start of the file.
        let range: Range<Int>

        /// How its values are read; nil where they cannot be, and its shape is only a claim.
        var element: ElementType? { ElementType(rawValue: type) }
    }

    /// What a file says about itself and where its tensors are.
    struct Header {
        var entries: [String: Entry] = [:]
        /// The texts of `__metadata__` of safetensors and of GGUF's pairs, by name.
        var metadata: [String: String] = [:]
        /// GGUF's pairs; empty for safetensors.
        var pairs = GGUFPairs()
    }

    let path: String
    let entries: [String: Entry]
    let metadata: [String: String]
    let pairs: GGUFPairs
    let isGGUF: Bool
    private let file: MappedFile

    /// Maps `path` and checks its header.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    init(path: String) throws(WeightsError) {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        try self.init(file, path: path)
    }

    /// Maps `path`, or is nil where no such file is.
    init?(ifPresent path: String) throws(WeightsError) {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch {
            guard error.errno == ENOENT else {
                throw .unreadable(path: path, reason: error.reason)
            }
            return nil
        }
        try self.init(file, path: path)
    }

    private init(_ file: MappedFile, path: String) throws(WeightsError) {
        isGGUF = unsafe file.bytes.starts(with: GGUF.magic)
        let header =
            unsafe try isGGUF
            ? GGUF.header(of: file.bytes, path: path)
            : Safetensors.header(of: file.bytes, path: path)
        (entries, metadata, pairs) = (header.entries, header.metadata, header.pairs)
        self.path = path
        self.file = file
    }

    /// The bytes of an entry.
    func bytes(of entry: Entry) -> [UInt8] { unsafe Array(file.bytes[entry.range]) }

    /// A list of GGUF's pairs, or nil where there is none of this kind.
    func texts(_ key: String) -> [[UInt8]]? { unsafe pairs.texts(key, in: file.bytes) }
    func numbers(_ key: String) -> [Double]? { unsafe pairs.numbers(key, in: file.bytes) }

    /// The tensor of an entry, mapped where it is aligned float32, else decoded.
    func weight(_ entry: Entry, type: ElementType, scale: Float = 1) -> Weight {
        let count = entry.shape.reduce(1, *)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
        guard let start = bytes.baseAddress, count > 0 else {
            return Weight(shape: entry.shape, values: [])
        }
        if type == .float32, scale == 1,
            UInt(bitPattern: start) % UInt(MemoryLayout<Float>.alignment) == 0
        {
            return unsafe Weight(
                shape: entry.shape, start: start.assumingMemoryBound(to: Float.self),
                owner: file)
        }
        let owned = OwnedFloats(count: count)
        parallelFor(count / type.blockLength, grain: (1 << 16) / type.blockLength) { blocks in
            unsafe type.decode(start, blocks, into: owned.start)
            guard scale != 1 else { return }
            for i in blocks.lowerBound * type.blockLength..<blocks.upperBound * type.blockLength {
                unsafe owned.start[i] *= scale
            }
        }
        return unsafe Weight(shape: entry.shape, start: UnsafePointer(owned.start), owner: owned)
    }
}
