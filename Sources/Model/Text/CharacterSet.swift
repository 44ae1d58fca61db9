// SPDX-License-Identifier: Apache-2.0

/// A set of Unicode scalars, kept as sorted ranges.
struct CharacterSet: Sendable {
    private let ranges: [ClosedRange<UInt32>]

    /// The characters of `text`, one by one.
    init(_ text: String) {
        self.init(text.unicodeScalars.map { $0.value...$0.value })
    }

    /// The code points of `words`: hexadecimal numbers and `LOW-HIGH` ranges, separated by spaces.
    init(hexadecimal words: String) {
        self.init(
            words.split(separator: " ").map { word in
                let ends = word.split(separator: "-").map { hexadecimalValue($0) }
                return ends[0]...(ends.last ?? ends[0])
            })
    }

    init(_ scalars: some Sequence<Unicode.Scalar>) {
        self.init(scalars.map { $0.value...$0.value })
    }

    private init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = ranges.sorted { $0.lowerBound < $1.lowerBound }
            .reduce(into: []) { merged, range in
                if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                    let upper = max(last.upperBound, range.upperBound)
                    merged[merged.count - 1] = last.lowerBound...upper
                } else {
                    merged.append(range)
                }
            }
    }

    func union(_ other: CharacterSet) -> CharacterSet { CharacterSet(ranges + other.ranges) }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar.value {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < ranges.count && ranges[low].contains(scalar.value)
    }
}

/// The value of a hexadecimal number in one of the generated tables.
func hexadecimalValue(_ word: Substring) -> UInt32 {
    guard let value = UInt32(word, radix: 16) else {
        preconditionFailure("the table holds '\(word)' instead of a hexadecimal number")
    }
    return value
}

/// The scalar of a hexadecimal number in one of the generated tables.
func hexadecimalScalar(_ word: Substring) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(hexadecimalValue(word)) else {
        preconditionFailure("the table holds '\(word)', which is no character")
    }
    return scalar
}
