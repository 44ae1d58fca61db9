// SPDX-License-Identifier: Apache-2.0

package import Media

/// Draws shapes that a request gives in fractions of its source as masks of the size generated.
///
/// The fractions are of the source's frame as it is seen (upright); the frame is then scaled to cover
/// the generation size and cut around its middle, and the shapes with it. What is cut away with the
/// frame is not in the mask. Edges are soft: a pixel is selected as far as the shape covers it (16
/// lines a pixel down, exact across).
package struct MaskShapes: Sendable, Equatable {
    private let width: Int
    private let height: Int
    private let scale: Double
    private let source: SIMD2<Double>

    /// Makes masks of `width` × `height` pixels for a source of another size.
    package init(sourceWidth: Int, sourceHeight: Int, width: Int, height: Int) {
        precondition(
            sourceWidth > 0 && sourceHeight > 0 && width > 0 && height > 0,
            "a mask of \(width)x\(height) for a source of \(sourceWidth)x\(sourceHeight)")
        (self.width, self.height) = (width, height)
        source = SIMD2(Double(sourceWidth), Double(sourceHeight))
        scale = max(Double(width) / source.x, Double(height) / source.y)
    }

    /// Selects a box: its left upper corner and its size in fractions of the source.
    package func box(x: Double, y: Double, width: Double, height: Double) -> Mask {
        outline([
            SIMD2(x, y), SIMD2(x + width, y), SIMD2(x + width, y + height), SIMD2(x, y + height),
        ])
    }

    /// Selects what lies inside a closed line through `points`, in fractions of the source.
    ///
    /// Inside is where the line goes around at least once (the non-zero rule): a line that crosses
    /// itself leaves no hole where it goes around twice the same way. Fewer than three points enclose
    /// nothing.
    package func outline(_ points: [SIMD2<Double>]) -> Mask {
        let (height, width) = (height, width)
        let half = SIMD2(Double(width), Double(height)) / 2
        let corners = points.map { ($0 - 0.5) * source * scale + half }
        let edges = zip(corners, corners.dropFirst() + corners.prefix(1))
            .filter { $0.y != $1.y }
        let values = rows(height, of: width, filledWith: UInt8(0)) { y, row in
            var cover = [Float](repeating: 0, count: width)
            for line in 0..<MaskShapes.lines {
                let level = Double(y) + (Double(line) + 0.5) / Double(MaskShapes.lines)
                var crossings: [(x: Double, turn: Int)] = []
                for (a, b) in edges where (a.y <= level) != (b.y <= level) {
                    let x = a.x + (level - a.y) / (b.y - a.y) * (b.x - a.x)
                    crossings.append((x, b.y > a.y ? 1 : -1))
                }
                crossings.sort { $0.x < $1.x }
                var turns = 0
                for (this, next) in zip(crossings, crossings.dropFirst()) {
                    turns += this.turn
                    if turns != 0 { MaskShapes.add(this.x, next.x, to: &cover) }
                }
            }
            for x in 0..<width {
                row[x] = level(255 * cover[x] / Float(MaskShapes.lines))
            }
        }
        return Mask(width: width, height: height, values: values)
    }

    private static let lines = 16

    /// Adds to each pixel the part of it that lies in `start`…`end`.
    private static func add(_ start: Double, _ end: Double, to cover: inout [Float]) {
        let (start, end) = (max(start, 0), min(end, Double(cover.count)))
        guard start < end else { return }
        for x in Int(start)..<min(Int(end.rounded(.up)), cover.count) {
            cover[x] += Float(min(end, Double(x + 1)) - max(start, Double(x)))
        }
    }
}

extension Mask {
    /// The mask of everything that this one leaves out.
    package var inverted: Mask {
        Mask(width: width, height: height, values: values.map { 255 - $0 })
    }
}
