// SPDX-License-Identifier: Apache-2.0

/// How much each pixel of a picture is selected: 0 not at all, 255 wholly.
///
/// `values` has shape (height, width), rows from top to bottom, without padding between rows.
package struct Mask: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package var values: [UInt8]

    /// Makes a mask of `values`, shape (height, width).
    package init(width: Int, height: Int, values: [UInt8]) {
        precondition(width > 0 && height > 0, "a mask of \(width)x\(height) has no pixels")
        precondition(
            values.count == width * height,
            "a mask of \(width)x\(height) takes \(width * height) bytes, got \(values.count)")
        self.width = width
        self.height = height
        self.values = values
    }

    /// Makes a mask that is the same everywhere.
    package init(width: Int, height: Int, filledWith value: UInt8) {
        self.init(
            width: width, height: height,
            values: [UInt8](repeating: value, count: width * height))
    }

    /// Whether the model sees this pixel as one to change: more than half selected.
    package func selects(x: Int, y: Int) -> Bool { values[y * width + x] > 127 }

    /// The part of all pixels that is selected, 0…1.
    package var coverage: Double {
        Double(values.count(where: { $0 > 127 })) / Double(values.count)
    }
}
