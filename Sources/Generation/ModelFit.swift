// SPDX-License-Identifier: Apache-2.0

import Media
import Model
import Requests

/// Fits the size and length that a request wishes for to what the model can do.
///
/// Every method returns something usable and notes what was wrong in `problems`, so that all
/// problems of a request are reported together.
struct ModelFit {
    let request: Request
    let model: String
    let defaults: ModelDefaults
    let transformer: TransformerConfiguration
    let autoencoder: Autoencoder
    var problems: [Problem] = []

    init(
        request: Request, model: String, defaults: ModelDefaults,
        transformer: TransformerConfiguration, autoencoder: Autoencoder
    ) {
        self.request = request
        self.model = model
        self.defaults = defaults
        self.transformer = transformer
        self.autoencoder = autoencoder
    }

    /// Pixels that one step of the width must be: a whole patch of latents, and never less than
    /// the 16 that diffusers' pipeline asks for.
    private var widthStep: Int {
        leastCommonMultiple(16, autoencoder.spatialScale * transformer.patch.width)
    }
    private var heightStep: Int {
        leastCommonMultiple(16, autoencoder.spatialScale * transformer.patch.height)
    }
    private var widthLimit: Int {
        min(
            Limits.side.upperBound,
            transformer.longestAxis * autoencoder.spatialScale
                * transformer.patch.width) / widthStep * widthStep
    }
    private var heightLimit: Int {
        min(
            Limits.side.upperBound,
            transformer.longestAxis * autoencoder.spatialScale
                * transformer.patch.height) / heightStep * heightStep
    }

    /// The size of the generated frames in pixels.
    mutating func size() -> (width: Int, height: Int) {
        switch request.size {
        case nil:
            return (defaults.width, defaults.height)
        case .ratio(let w, let h):
            // The model's own area in another shape, in whole steps.
            let area = Double(defaults.width * defaults.height)
            let height = (area * h / w).squareRoot()
            return (
                nearest(Int((height * w / h).rounded()), step: widthStep, limit: widthLimit),
                nearest(Int(height.rounded()), step: heightStep, limit: heightLimit)
            )
        case .exact(let width, let height):
            let fitted = (
                nearest(width, step: widthStep, limit: widthLimit),
                nearest(height, step: heightStep, limit: heightLimit)
            )
            if fitted != (width, height) {
                problems.append(
                    Problem(
                        field: "size",
                        message: "The model '\(model)' makes widths in steps of \(widthStep) up to"
                            + " \(widthLimit) and heights in steps of \(heightStep) up to"
                            + " \(heightLimit); the request says \(width)x\(height).",
                        hint: "Write \"size\": \"\(fitted.0)x\(fitted.1)\"."))
            }
            return fitted
        }
    }

    /// The native frame rate.
    mutating func frameRate() -> FrameRate? {
        do { return try FrameRate(request.framesPerSecond ?? defaults.framesPerSecond) } catch {
            problems.append(
                Problem(field: "fps", message: "\(error).", hint: "Write for example 16."))
            return nil
        }
    }

    /// The number of frames at a rate, the first one and whole latent frames after it.
    mutating func frames(at framesPerSecond: Double) -> Int {
        let step = autoencoder.temporalScale
        let longest = (defaults.frames - 1) / step * step + 1
        let wanted: (frames: Int, field: String)
        switch request.length {
        case nil: return longest
        case .frames(let frames): wanted = (frames, "frames")
        case .seconds(let seconds):
            let steps = ((seconds * framesPerSecond - 1) / Double(step)).rounded()
            wanted = (max(0, Int(steps)) * step + 1, "seconds")
        }
        if wanted.frames > longest {
            let seconds = (Double(longest) / framesPerSecond * 100).rounded(.down) / 100
            problems.append(
                Problem(
                    field: wanted.field,
                    message: "The model '\(model)' makes up to \(longest) frames, \(seconds)"
                        + " seconds at \(framesPerSecond) frames a second; the request asks for"
                        + " \(wanted.frames). Longer clips are not available in this version.",
                    hint: "Write \"frames\": \(longest), or leave it out."))
        } else if (wanted.frames - 1) % step != 0 {
            let below = (wanted.frames - 1) / step * step + 1
            problems.append(
                Problem(
                    field: "frames",
                    message: "The model '\(model)' makes 1 frame and then \(step) at a time; the"
                        + " request asks for \(wanted.frames).",
                    hint: "Write \"frames\": \(below) or \(below + step)."))
        }
        return wanted.frames
    }

    private func nearest(_ value: Int, step: Int, limit: Int) -> Int {
        min(max(step, (value + step / 2) / step * step), max(step, limit))
    }
}

/// The least number that both divide.
private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
}
