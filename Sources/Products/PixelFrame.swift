// SPDX-License-Identifier: Apache-2.0
//
// H rows, W columns, C channels.

import CKernels
package import Tensors

/// A frame with its channels last, (H, W, C): in float32, or rounded as an operand of convolutions.
@safe package final class PixelFrame: @unchecked Sendable {
    // Unchecked: whoever makes one writes to it before it is shared.

    /// H.
    package let rows: Int
    /// W.
    package let columns: Int
    /// C.
    package let channels: Int
    let element: Element
    private let bytes: AlignedBytes
    /// Where the first row is, in bytes.
    private let offset: Int

    init(rows: Int, columns: Int, channels: Int, element: Element) {
        (self.rows, self.columns, self.channels) = (rows, columns, channels)
        self.element = element
        bytes = AlignedBytes(count: rows * columns * channels * element.bytes)
        offset = 0
    }

    /// Some rows of a frame, which they share.
    private init(_ frame: PixelFrame, rows: Range<Int>) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= frame.rows)
        (self.rows, columns, channels) = (rows.count, frame.columns, frame.channels)
        element = frame.element
        bytes = frame.bytes
        offset = frame.offset + rows.lowerBound * frame.rowBytes
    }

    /// Some of the rows, which are shared and not copied.
    package func rows(_ range: Range<Int>) -> PixelFrame { PixelFrame(self, rows: range) }

    /// A frame of float32 of any content.
    package convenience init(rows: Int, columns: Int, channels: Int) {
        self.init(rows: rows, columns: columns, channels: channels, element: .float32)
    }

    /// H·W.
    package var pixels: Int { rows * columns }
    var rowBytes: Int { columns * channels * element.bytes }

    func start(row: Int) -> UnsafeMutableRawPointer {
        unsafe bytes.start + offset + row * rowBytes
    }

    /// The channels of one pixel of a frame in float32.
    package func pixel(_ index: Int) -> UnsafeMutablePointer<Float> {
        precondition(element == .float32)
        return unsafe start(row: 0).assumingMemoryBound(to: Float.self) + index * channels
    }

    /// Adds another frame, both in float32.
    package func add(_ other: PixelFrame) {
        precondition(other.pixels == pixels && other.channels == channels)
        parallelFor(pixels) { range in
            unsafe passes.add(
                other.pixel(range.lowerBound), to: pixel(range.lowerBound),
                count: range.count * channels)
        }
    }

    /// Each pixel's channels x/max(‖x‖, 1e-12) · √C · factors, then SiLU where `activated`, ready
    /// for convolutions in a precision.
    ///
    /// * `factors`: (C).
    package func normalized(
        by factors: [Float], activated: Bool, for precision: Precision
    ) -> PixelFrame {
        precondition(factors.count == channels)
        let format = precision.ofConvolutions.format
        let result = PixelFrame(
            rows: rows, columns: columns, channels: channels, element: Element(format))
        unsafe factors.withUnsafeBufferPointer { factors in
            guard let factors = factors.baseAddress else { return }
            parallelFor(rows) { range in
                unsafe passes.table.normalize_pixels(
                    pixel(range.lowerBound * columns), result.start(row: range.lowerBound), format,
                    range.count * columns, channels, channels, factors, activated ? 1 : 0)
            }
        }
        return result
    }

    /// The frame ready for convolutions in a precision; itself where it is so already.
    package func operand(for precision: Precision) -> PixelFrame {
        operand(for: precision, channels: 0..<channels)
    }

    /// Some of the channels, ready for convolutions in a precision.
    package func operand(for precision: Precision, channels range: Range<Int>) -> PixelFrame {
        let format = precision.ofConvolutions.format
        let wanted = Element(format)
        let isWhole = range == 0..<channels
        if isWhole, wanted == element { return self }
        let result = PixelFrame(
            rows: rows, columns: columns, channels: range.count, element: wanted)
        parallelFor(rows) { rows in
            let first = rows.lowerBound * columns
            let pixels = rows.count * columns
            let target = unsafe result.start(row: rows.lowerBound)
            if isWhole {
                _ = unsafe passes.table.store(pixel(first), target, format, pixels * channels)
            } else {
                let stride = range.count * wanted.bytes
                for index in 0..<pixels {
                    _ = unsafe passes.table.store(
                        pixel(first + index) + range.lowerBound, target + index * stride, format,
                        range.count)
                }
            }
        }
        return result
    }
}

extension PixelFrame {
    /// A frame of float32 from one with its channels first, (C, H, W).
    package convenience init(planar frame: Tensor) {
        precondition(frame.shape.count == 3, "\(frame.shape) is not (C, H, W)")
        self.init(rows: frame.shape[1], columns: frame.shape[2], channels: frame.shape[0])
        unsafe frame.values.withUnsafeBufferPointer { values in
            parallelFor(pixels) { range in
                for index in range {
                    let target = unsafe pixel(index)
                    for channel in 0..<channels {
                        unsafe target[channel] = values[channel * pixels + index]
                    }
                }
            }
        }
    }

    /// The frame, in float32, with its channels first, (C, H, W).
    package var planar: Tensor {
        var result = Tensor(zeros: [channels, rows, columns])
        unsafe result.values.withUnsafeMutableBufferPointer { values in
            parallelFor(pixels) { range in
                for index in range {
                    let source = unsafe pixel(index)
                    for channel in 0..<channels {
                        unsafe values[channel * pixels + index] = source[channel]
                    }
                }
            }
        }
        return result
    }
}
