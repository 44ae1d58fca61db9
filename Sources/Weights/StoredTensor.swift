// SPDX-License-Identifier: Apache-2.0

import Tensors

/// A tensor that is still in its file, which stays mapped as long as this lives.
package struct StoredTensor: Sendable {
    package let name: String
    private let file: Safetensors
    private let entry: Safetensors.Entry

    init(name: String, file: Safetensors, entry: Safetensors.Entry) {
        self.name = name
        self.file = file
        self.entry = entry
    }

    /// The length of each axis, outermost first.
    package var shape: [Int] { entry.shape }
    /// The number of elements.
    package var count: Int { entry.shape.reduce(1, *) }
    /// The file's word for what an element is, as `BF16`.
    package var type: String { entry.type }
    /// Whether the values can be read: F32, F16 and BF16 can.
    package var isReadable: Bool { Safetensors.ElementType(rawValue: entry.type) != nil }

    /// All values.
    package func read() -> Weight { read(entry) }

    /// The first values, at most so many, without a look at the others.
    package func first(_ most: Int) -> [Float] {
        let count = min(most, count)
        guard let bytes = Safetensors.ElementType(rawValue: entry.type)?.bytes else { return [] }
        let start = entry.range.lowerBound
        let part = Safetensors.Entry(
            type: entry.type, shape: [count], range: start..<start + count * bytes)
        return read(part).tensor.values
    }

    private func read(_ entry: Safetensors.Entry) -> Weight {
        guard let type = Safetensors.ElementType(rawValue: entry.type) else {
            preconditionFailure("'\(name)' is of type \(entry.type)")
        }
        return file.weight(entry, type: type)
    }

    /// The value of a tensor of one element, which may be of more types than others: a scale is at
    /// times an integer.
    package var number: Double? {
        // Not by `count`: the shape of a type that cannot be read is only a claim.
        guard shape.allSatisfy({ $0 == 1 }) else { return nil }
        if isReadable { return Double(read().span[0]) }
        let bytes = file.bytes(of: entry)
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
        source(of: name).map { StoredTensor(name: name, file: $0.file, entry: $0.entry) }
    }
}
