// SPDX-License-Identifier: Apache-2.0

/// Builds GGUF files, right ones and wrong ones.
struct RawGGUF {
    struct Tensor {
        var name: String
        /// Innermost first.
        var axes: [UInt64]
        /// ggml's number.
        var type: UInt32
        var offset: UInt64
        var data: [UInt8]
    }

    var magic = "GGUF"
    var version: UInt32 = 3
    /// Nil for as many as there are.
    var count: UInt64?
    var pairCount: UInt64?
    var pairs: [[UInt8]] = []
    var tensors: [Tensor] = []
    /// Cut from the end.
    var lost = 0

    /// One float32 tensor `w` of shape (2, 3) with the values 0…5, and 32 values of Q4_0 that are 0.
    static let sample = RawGGUF(tensors: [
        Tensor(
            name: "w", axes: [3, 2], type: 0, offset: 0,
            data: (0..<6).flatMap { little(Float($0).bitPattern) }),
        Tensor(
            name: "q", axes: [32, 1], type: 2, offset: 32, data: .init(repeating: 0, count: 18)),
    ])

    /// A pair of a key and a value of a type.
    static func pair(_ key: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] {
        text(key) + little(type) + value
    }

    static func text(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + text.utf8 }

    static func little(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    var bytes: [UInt8] {
        var bytes = Array(magic.utf8) + Self.little(version)
        bytes += Self.little(count ?? UInt64(tensors.count))
        bytes += Self.little(pairCount ?? UInt64(pairs.count)) + pairs.joined()
        for tensor in tensors {
            bytes += Self.text(tensor.name) + Self.little(UInt32(tensor.axes.count))
            for axis in tensor.axes { bytes += Self.little(axis) }
            bytes += Self.little(tensor.type) + Self.little(tensor.offset)
        }
        for tensor in tensors {
            bytes += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32) + tensor.data
        }
        return Array(bytes.dropLast(lost))
    }

    func write(to path: String) throws { try writeFile(bytes, to: path) }
}
