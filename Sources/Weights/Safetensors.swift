// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import JSON
import Tensors

/// One mapped `.safetensors` file.
///
/// Layout: eight bytes with the length of the header (little endian), a JSON header that gives each
/// tensor its type, shape and byte range, then the data. Format: the README of
/// huggingface/safetensors, v0.4. Everything is validated before a tensor is touched: the ranges
/// must fit shape and type, must not overlap and must cover the data without holes.
struct Safetensors: Sendable {
    /// The element types that the engine reads.
    enum ElementType: String {
        case float32 = "F32"
        case float16 = "F16"
        case bfloat16 = "BF16"

        var bytes: Int { self == .float32 ? 4 : 2 }
    }

    struct Entry: Sendable {
        let type: String
        let shape: [Int]
        /// Bytes from the start of the file.
        let range: Range<Int>
    }

    let path: String
    let entries: [String: Entry]
    /// The texts of its `__metadata__`, by name; empty where there are none.
    let metadata: [String: String]
    private let file: MappedFile

    /// Maps `path` and checks its header.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    init(path: String) throws(WeightsError) {
        self.path = path
        do { file = try MappedFile(path: path) } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        (entries, metadata) = try Safetensors.header(of: file, path: path)
    }

    /// Maps `path`, or is nil where no such file is.
    init?(ifPresent path: String) throws(WeightsError) {
        do { file = try MappedFile(path: path) } catch {
            guard error.errno == ENOENT else {
                throw .unreadable(path: path, reason: error.reason)
            }
            return nil
        }
        self.path = path
        (entries, metadata) = try Safetensors.header(of: file, path: path)
    }

    /// The longest header that is read, in bytes; the format's own reader has the same limit.
    static let longestHeader = 100_000_000

    private static func header(
        of file: MappedFile, path: String
    ) throws(WeightsError) -> (entries: [String: Entry], metadata: [String: String]) {
        guard file.count >= 8 else {
            throw .malformed(path: path, reason: "\(file.count) bytes are too few")
        }
        let length = unsafe UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(min(longestHeader, file.count - 8)) else {
            throw .malformed(
                path: path,
                reason: "its header claims \(length) bytes; the file has \(file.count)")
        }
        let dataStart = 8 + Int(length)
        let header: JSONNode
        do {
            header = try JSONNode(
                parsing: unsafe Array(file.bytes[8..<dataStart]), limits: .configuration)
        } catch {
            throw .malformed(path: path, reason: "its header is not JSON: \(error)")
        }
        guard let members = header.members else {
            throw .malformed(path: path, reason: "its header is not a JSON object")
        }
        var (entries, metadata): ([String: Entry], [String: String]) = ([:], [:])
        for member in members {
            if member.key == "__metadata__" {
                // The format allows nothing but texts there; what else old writers put is passed over.
                for text in member.value.members ?? [] { metadata[text.key] = text.value.string }
                continue
            }
            guard let entry = entry(member.value, dataStart: dataStart) else {
                throw .malformed(path: path, reason: "the header entry '\(member.key)' is wrong")
            }
            entries[member.key] = entry
        }
        try checkRanges(entries, from: dataStart, to: file.count, path: path)
        return (entries, metadata)
    }

    private static func entry(_ node: JSONNode, dataStart: Int) -> Entry? {
        guard let type = node["dtype"]?.string,
            let shape = node["shape"]?.array?.map({ $0.int ?? -1 }),
            let offsets = node["data_offsets"]?.array?.map({ $0.int ?? -1 }),
            shape.allSatisfy({ $0 >= 0 }), offsets.count == 2,
            0 <= offsets[0], offsets[0] <= offsets[1],
            offsets[1] <= Int.max - dataStart
        else { return nil }
        return Entry(
            type: type, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
    }

    private static func checkRanges(
        _ entries: [String: Entry], from start: Int, to end: Int, path: String
    ) throws(WeightsError) {
        var position = start
        for (name, entry) in entries.sorted(by: {
            ($0.value.range.lowerBound, $0.value.range.upperBound)
                < ($1.value.range.lowerBound, $1.value.range.upperBound)
        }) {
            guard entry.range.lowerBound == position else {
                throw .malformed(
                    path: path, reason: "the data of '\(name)' overlaps or leaves a gap")
            }
            position = entry.range.upperBound
            guard let type = ElementType(rawValue: entry.type) else { continue }
            var bytes = type.bytes
            for axis in entry.shape {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: axis)
                guard !overflow else {
                    throw .malformed(
                        path: path, reason: "'\(name)' of shape \(entry.shape) is too large")
                }
                bytes = product
            }
            guard bytes == entry.range.count else {
                throw .malformed(
                    path: path,
                    reason:
                        "'\(name)' of shape \(entry.shape) and type \(entry.type) needs \(bytes)"
                        + " bytes and has \(entry.range.count)")
            }
        }
        guard position == end else {
            throw .malformed(
                path: path,
                reason: position > end
                    ? "it is cut short: \(position - end) bytes are missing"
                    : "\(end - position) bytes at its end belong to no tensor")
        }
    }

    /// The bytes of an entry.
    func bytes(of entry: Entry) -> [UInt8] { unsafe Array(file.bytes[entry.range]) }

    /// The tensor of an entry, mapped where it is aligned float32, else converted.
    func weight(_ entry: Entry, type: ElementType) -> Weight {
        let count = entry.shape.reduce(1, *)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
        guard let start = bytes.baseAddress, count > 0 else {
            return Weight(shape: entry.shape, values: [])
        }
        if type == .float32, UInt(bitPattern: start) % UInt(MemoryLayout<Float>.alignment) == 0 {
            return unsafe Weight(
                shape: entry.shape, start: start.assumingMemoryBound(to: Float.self),
                owner: file)
        }
        let owned = OwnedFloats(count: count)
        parallelFor(count, grain: 1 << 16) { range in
            switch type {
            case .float32:
                for i in range {
                    unsafe (owned.start + i).initialize(
                        to: bytes.loadUnaligned(fromByteOffset: 4 * i, as: Float.self))
                }
            case .float16:
                for i in range {
                    unsafe (owned.start + i).initialize(
                        to: float(
                            binary16: bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)))
                }
            case .bfloat16:
                for i in range {
                    unsafe (owned.start + i).initialize(
                        to: float(
                            bfloat16: bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)))
                }
            }
        }
        return unsafe Weight(shape: entry.shape, start: UnsafePointer(owned.start), owner: owned)
    }
}
