// SPDX-License-Identifier: Apache-2.0

import Tensors

/// A tensor that is still in its file, which stays mapped as long as this lives.
package struct StoredTensor: Sendable {
    package let name: String
    private let file: TensorFile
    private let entry: TensorFile.Entry
    private let scale: Float

    init(name: String, file: TensorFile, entry: TensorFile.Entry, scale: Float) {
        self.name = name
        self.file = file
        self.entry = entry
        self.scale = scale
    }

    /// The length of each axis, outermost first.
    package var shape: [Int] { entry.shape }
    /// The number of elements.
    package var count: Int { entry.shape.reduce(1, *) }
    /// The bytes that it takes in its file.
    package var storedBytes: Int { entry.range.count }
    /// The file's word for what an element is, as `BF16`.
    package var type: String { entry.type }
    /// Whether the values can be read.
    package var isReadable: Bool { entry.element != nil }
    /// What to tell of a type that cannot be read.
    package var refusal: String { ElementType.refusal(of: entry.type) }

    /// The bytes as they are in the file.
    package var bytes: [UInt8] { file.bytes(of: entry) }

    /// All values.
    package func read() -> Weight { read(entry) }

    /// The first values, at most so many, without a look at the others.
    package func first(_ most: Int) -> [Float] {
        guard let type = entry.element else { return [] }
        let count = min(most, count)
        let blocks = (count + type.blockLength - 1) / type.blockLength
        let start = entry.range.lowerBound
        let part = TensorFile.Entry(
            type: entry.type, shape: [blocks * type.blockLength],
            range: start..<start + blocks * type.blockBytes)
        return Array(read(part).tensor.values.prefix(count))
    }

    private func read(_ entry: TensorFile.Entry) -> Weight {
        guard let type = entry.element else {
            preconditionFailure("'\(name)' is of type \(entry.type)")
        }
        return file.weight(entry, type: type, scale: scale)
    }

    /// The value of a tensor of one element, which may be of more types than others: a scale is at
    /// times an integer.
    package var number: Double? {
        // Not by `count`: the shape of a type that cannot be read is only a claim.
        guard shape.allSatisfy({ $0 == 1 }) else { return nil }
        if isReadable { return Double(read().span[0]) }
        let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return switch (entry.type, bytes.count) {
        case ("F64", 8): Double(bitPattern: bits)
        case ("I64", 8): Double(Int64(bitPattern: bits))
        case ("I32", 4): Double(Int32(truncatingIfNeeded: bits))
        default: nil
        }
    }
}

extension WeightStore {
    /// A tensor where it is, untouched by amendments, or nil where there is none.
    package func stored(_ name: String) -> StoredTensor? {
        tensors[name].map {
            StoredTensor(name: name, file: files[$0.file], entry: $0.entry, scale: $0.scale)
        }
    }
}
