// SPDX-License-Identifier: Apache-2.0

import Products

/// A causal convolution of the decoder, with what its input goes through first.
struct CausalStage: Sendable {
    let kernel: CausalKernel
    /// The factors of a normalisation and SiLU; nil where there is none.
    let norm: [Float]?
    /// Whether earlier frames are remembered in float32.
    let isExact: Bool

    /// Begins a clip.
    func begin() -> CausalFlow { CausalFlow(kernel, normalizedBy: norm, isExact: isExact) }
}

/// A `ResidualBlock` that bands of rows go through.
struct ResidualStage: Sendable {
    let first: CausalStage
    let second: CausalStage
    let shortcut: CausalConvolution?

    /// Begins a clip.
    func begin() -> ResidualFlow { ResidualFlow(self) }
}

/// A residual block on its way through a clip.
final class ResidualFlow: BandFlow {
    private let first: CausalFlow
    private let second: CausalFlow
    private let shortcut: CausalConvolution?
    /// Rows of the input, or of what the shortcut made of it, whose sums are not complete yet.
    private var waiting: [PixelFrame]?

    init(_ stage: ResidualStage) {
        (first, second) = (stage.first.begin(), stage.second.begin())
        shortcut = stage.shortcut
    }

    func next(_ band: Band) -> Band {
        let middle = first(band)
        let rest = WaitingRows(
            waiting,
            above: shortcut.map { shortcut in
                Band(
                    rows: band.rows, height: band.height, frames: band.frames.map { shortcut($0) })
            } ?? band)
        let result = second(middle, adding: rest)
        waiting = rest.after(result.rows.upperBound)
        return result
    }
}
