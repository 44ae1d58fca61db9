// SPDX-License-Identifier: Apache-2.0

import Digests
import Tensors

/// One file of a checkpoint: whole numbers and tensors that belong to one job, whole or not at all.
///
///     sha256 HEX              of every byte after this line
///     rushes checkpoint 1
///     KEY NAME                the job that it belongs to, and its place there
///     numbers 7 20 2
///     tensor 16 21 60 104     a line for each
///     values                  and then the float32 values, little-endian
struct CheckpointFile: Equatable {
    var numbers: [Int64]
    var tensors: [Tensor] = []

    private static let kind = "rushes checkpoint 1"

    init(numbers: [Int64], tensors: [Tensor] = []) {
        self.numbers = numbers
        self.tensors = tensors
    }

    /// The content of the file `name` of the job with this key.
    func bytes(key: String, name: String) -> [UInt8] {
        let shapes = tensors.map { "tensor \(words($0.shape))\n" }.joined()
        let header = "\(Self.kind)\n\(key) \(name)\nnumbers \(words(numbers))\n\(shapes)values\n"
        // The first line has its length whatever the digest is, so that nothing moves afterwards.
        var bytes = Array(Self.digestLine(of: []).utf8)
        let start = bytes.count
        bytes.reserveCapacity(
            start + header.utf8.count + tensors.reduce(0) { $0 + 4 * $1.count })
        bytes += header.utf8
        for tensor in tensors {
            unsafe tensor.values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
        bytes.replaceSubrange(..<start, with: Self.digestLine(of: bytes[start...]).utf8)
        return bytes
    }

    /// Reads the content of the file `name` of the job with this key; nil where it is damaged, cut
    /// off, or another's.
    init?(_ bytes: [UInt8], key: String, name: String) {
        var rest = bytes[...]
        func line() -> String? {
            guard let end = rest.prefix(4096).firstIndex(of: 0x0A) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        let digest = line()
        guard digest.map({ $0 + "\n" }) == Self.digestLine(of: rest), line() == Self.kind,
            line() == "\(key) \(name)", let numbers = Self.numbers(line(), "numbers")
        else { return nil }
        var shapes: [[Int]] = []
        while let next = line(), next != "values" {
            guard let shape = Self.numbers(next, "tensor") else { return nil }
            shapes.append(shape.map { Int($0) })
        }
        var tensors: [Tensor] = []
        for shape in shapes {
            guard let count = Self.count(of: shape), count <= rest.count / 4 else { return nil }
            tensors.append(Tensor(shape: shape, values: Self.values(of: rest.prefix(4 * count))))
            rest = rest.dropFirst(4 * count)
        }
        guard rest.isEmpty else { return nil }
        self.init(numbers: numbers, tensors: tensors)
    }

    private static func digestLine(of bytes: ArraySlice<UInt8>) -> String {
        var digest = SHA256()
        digest.update(bytes)
        return "sha256 \(digest.finish())\n"
    }

    /// The numbers of a line that begins with `word`.
    private static func numbers(_ line: String?, _ word: String) -> [Int64]? {
        guard let parts = line?.split(separator: " "), parts.first.map(String.init) == word else {
            return nil
        }
        let numbers = parts.dropFirst().compactMap { Int64($0) }
        return numbers.count == parts.count - 1 ? numbers : nil
    }

    /// The elements of a tensor; nil where no tensor has this shape.
    private static func count(of shape: [Int]) -> Int? {
        var count = 1
        for length in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: length)
            guard length > 0, !overflows else { return nil }
            count = product
        }
        return count
    }

    private static func values(of bytes: ArraySlice<UInt8>) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
            let target = UnsafeMutableRawBufferPointer(buffer)
            unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            count = bytes.count / 4
        }
    }
}

private func words(_ numbers: [some BinaryInteger]) -> String {
    numbers.map { String($0) }.joined(separator: " ")
}
