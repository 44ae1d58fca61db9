// SPDX-License-Identifier: Apache-2.0
//
// W columns, H rows of pixels.

import Glibc
package import Media

/// A camera that moves over a still picture at a steady pace, from the whole still on.
///
/// Each movement is −10…10; at 10 the camera has at the last frame
///
/// * pan: moved right by half the width of the frame (what is seen moves left),
/// * tilt: moved up by half the height of the frame (what is seen moves down),
/// * zoom: gone in to twice the size; each frame enlarges by the same factor,
/// * roll: turned clockwise by 45° (what is seen turns counter-clockwise),
///
/// and at −10 the opposite. Pan and tilt go along the sides of the still, whatever the roll.
package struct CameraPath: Sendable, Equatable {
    private let pan: Double
    private let tilt: Double
    private let zoom: Double
    private let roll: Double
    private let frames: Int

    /// Makes the path of a clip of `frames` frames; a clip of one frame is the still.
    package init(pan: Double, tilt: Double, zoom: Double, roll: Double, frames: Int) {
        for (name, value) in [("pan", pan), ("tilt", tilt), ("zoom", zoom), ("roll", roll)] {
            precondition((-10...10).contains(value), "\(name) \(value) is not in −10…10")
        }
        precondition(frames > 0, "a clip of \(frames) frames")
        (self.pan, self.tilt, self.zoom, self.roll) = (pan / 10, tilt / 10, zoom / 10, roll / 10)
        self.frames = frames
    }

    /// Whether the camera stands still.
    package var rests: Bool { pan == 0 && tilt == 0 && zoom == 0 && roll == 0 || frames == 1 }

    /// What the camera sees of the still at frame `index`, and where it sees beyond the still.
    ///
    /// Frame 0 is the still itself, bit for bit. The others are sampled with the Catmull-Rom filter,
    /// widened where the view shrinks the still. Pixels whose middle lies beyond the still are 255 in
    /// `uncovered` and mid-grey (128) in `picture`; of the size of the still, both.
    package func view(
        of still: Picture, at index: Int
    ) -> (picture: Picture, uncovered: Mask) {
        precondition((0..<frames).contains(index), "frame \(index) of \(frames)")
        let (width, height) = (still.width, still.height)
        var uncovered = Mask(width: width, height: height, filledWith: 0)
        if index == 0 || rests { return (still, uncovered) }
        let progress = Double(index) / Double(frames - 1)
        let view = View(
            still: still, x: pan * progress * Double(width) / 2,
            y: -tilt * progress * Double(height) / 2, size: exp2(-zoom * progress),
            angle: roll * progress * .pi / 4)
        uncovered.values = rows(height, of: width, filledWith: 0) { y, values in
            for x in 0..<width where !view.covers(view.position(x, y)) { values[x] = 255 }
        }
        let picture = Picture(width: width, height: height) { y, samples in
            for x in 0..<width {
                let position = view.position(x, y)
                let colour =
                    view.covers(position)
                    ? view.colour(at: position) : SIMD3<Float>(repeating: 128)
                for channel in 0..<3 { samples[3 * x + channel] = level(colour[channel]) }
            }
        }
        return (picture, uncovered)
    }
}

/// One position of the camera over the still.
private struct View {
    let still: Picture
    /// How far the middle of the view is from the middle of the still, in pixels.
    let x: Double
    let y: Double
    /// How many pixels of the still one pixel of the view is wide.
    let size: Double
    let (sine, cosine): (Double, Double)

    init(still: Picture, x: Double, y: Double, size: Double, angle: Double) {
        (self.still, self.x, self.y, self.size) = (still, x, y, size)
        (sine, cosine) = (sin(angle), cos(angle))
    }

    /// Where in the still the middle of a pixel of the view lies; 0 is the edge, not a middle.
    func position(_ column: Int, _ row: Int) -> SIMD2<Double> {
        let half = SIMD2(Double(still.width), Double(still.height)) / 2
        let offset = (SIMD2(Double(column), Double(row)) + 0.5 - half) * size
        let turned = SIMD2(
            offset.x * cosine - offset.y * sine, offset.x * sine + offset.y * cosine)
        return half + SIMD2(x, y) + turned
    }

    func covers(_ position: SIMD2<Double>) -> Bool {
        // A rounding error does not take the outermost pixels away.
        (-1e-9...Double(still.width) + 1e-9).contains(position.x)
            && (-1e-9...Double(still.height) + 1e-9).contains(position.y)
    }

    func colour(at position: SIMD2<Double>) -> SIMD3<Float> {
        let (columns, across) = taps(position.x - 0.5)
        let (lines, down) = taps(position.y - 0.5)
        let pixels = still.pixels.span
        var sum = SIMD3<Float>.zero
        for i in 0..<lines.count {
            let start = min(max(lines.lowerBound + i, 0), still.height - 1) * still.width
            for j in 0..<columns.count {
                let index = 3 * (start + min(max(columns.lowerBound + j, 0), still.width - 1))
                let colour = SIMD3(
                    Float(pixels[index]), Float(pixels[index + 1]), Float(pixels[index + 2]))
                sum += colour * (down[i] * across[j])
            }
        }
        return sum
    }

    /// The samples around a position along one axis and their weights, which add up to 1.
    ///
    /// At most 8 samples: a view is at most twice as wide as the still.
    private func taps(_ position: Double) -> (Range<Int>, SIMD8<Float>) {
        let reach = 2 * max(size, 1)
        let first = Int((position - reach).rounded(.down)) + 1
        let last = min(Int((position + reach).rounded(.up)) - 1, first + 7)
        var weights = SIMD8<Float>.zero
        for index in first...last {
            weights[index - first] = catmullRom(
                Float(abs(Double(index) - position) * 2 / reach))
        }
        return (first..<last + 1, weights / weights.sum())
    }
}

/// The cubic of Catmull and Rom (Keys' with a = −1/2) at a distance from its middle.
private func catmullRom(_ x: Float) -> Float {
    if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
    if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
    return 0
}
