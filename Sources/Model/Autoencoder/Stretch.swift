// SPDX-License-Identifier: Apache-2.0
//
// H rows, W columns, C channels.

import Products

/// The decoder's levels up to the next step that doubles the frames, or to the pixels.
///
/// Frames go through a stretch in bands of rows, singly the first one, then as many at once as one
/// latent frame has become so far, but no more than two: so the convolutions save a third of their
/// products (`CausalKernel`), and nothing between them is as large as a frame.
struct Stretch: Sendable {
    enum Stage: Sendable {
        case enlarging(EnlargingKernel)
        case residual(ResidualStage)
    }

    var stages: [Stage] = []
    /// Makes 2C channels of C at the end, those of the even frame and those of the odd one, or the
    /// pixels.
    var end: CausalStage?

    /// Begins a clip.
    func begin() -> StretchFlow { StretchFlow(self) }
}

/// A stretch on its way through a clip.
final class StretchFlow {
    private let flows: [any BandFlow]
    private let end: CausalFlow
    private let enlargements: Int
    private let precision: Precision
    private var isBegun = false

    init(_ stretch: Stretch) {
        guard let end = stretch.end else { preconditionFailure("a stretch without an end") }
        flows = stretch.stages.map { stage in
            switch stage {
            case .enlarging(let kernel): EnlargingFlow(kernel)
            case .residual(let block): block.begin()
            }
        }
        self.end = end.begin()
        precision = end.kernel.precision
        enlargements = stretch.stages.count {
            if case .enlarging = $0 { true } else { false }
        }
    }

    /// Takes one frame or two successive ones, (H, W, C), to the pixels, (H, W, 3).
    func pixels(of frames: [PixelFrame]) -> [PixelFrame] {
        var results: [PixelFrame] = []
        forEachBand(of: frames) { band in
            let made = end(band)
            collect(made.frames, rows: made.rows, height: made.height, into: &results)
        }
        return results
    }

    /// Takes one frame or two to twice as many.
    ///
    /// The clip's first frame stays one frame, and the convolution that doubles the others never
    /// sees it: its history begins with zeros (diffusers v0.42.1, `WanResample`, the marker "Rep").
    func doubled(_ frames: [PixelFrame]) -> [PixelFrame] {
        var results: [PixelFrame] = []
        let isFirst = !isBegun
        isBegun = true
        forEachBand(of: frames) { band in
            let made = isFirst ? band : end(band)
            let all = 0..<made.frames[0].channels
            let parts = isFirst ? [all] : [0..<all.count / 2, all.count / 2..<all.count]
            // The next stretch begins with a convolution, which takes nothing finer.
            let halves = made.frames.flatMap { frame in
                parts.map { frame.operand(for: precision, channels: $0) }
            }
            collect(halves, rows: made.rows, height: made.height, into: &results)
        }
        return results
    }

    /// Copies rows to where they belong in whole frames.
    private func collect(
        _ frames: [PixelFrame], rows: Range<Int>, height: Int, into results: inout [PixelFrame]
    ) {
        if results.isEmpty {
            results = frames.map { PixelFrame(like: $0, rows: height) }
        }
        for (result, frame) in zip(results, frames) { result.copy(frame, to: rows.lowerBound) }
    }

    private func forEachBand(of frames: [PixelFrame], _ body: (Band) -> Void) {
        let (height, columns) = (frames[0].rows, frames[0].columns)
        let atOnce = max(1, Self.pixelsAtOnce / (columns << (2 * enlargements)))
        for first in stride(from: 0, to: height, by: atOnce) {
            let rows = first..<min(height, first + atOnce)
            var band = Band(rows: rows, height: height, frames: frames.map { $0.rows(rows) })
            for flow in flows { band = flow.next(band) }
            body(band)
        }
    }

    /// Pixels of a band at its end, more or less: enough for all processors, few enough for the
    /// cache.
    private static let pixelsAtOnce = 16_384
}
