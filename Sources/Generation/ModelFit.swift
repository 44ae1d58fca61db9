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
    /// The medium that gives the clip its shape and length, where there is one and it was opened.
    let source: SourceFacts?
    let defaults: ModelDefaults
    let transformer: TransformerConfiguration
    let autoencoder: Autoencoder
    var problems: [Problem] = []
    var warnings: [String] = []

    init(
        request: Request, model: String, source: SourceFacts?, defaults: ModelDefaults,
        transformer: TransformerConfiguration, autoencoder: Autoencoder
    ) {
        self.request = request
        self.model = model
        self.source = source
        self.defaults = defaults
        self.transformer = transformer
        self.autoencoder = autoencoder
    }

    /// Pixels that one step of the width must be: a whole patch of latents, and never less than
    /// the 16 that diffusers' pipeline asks for.
    var widthStep: Int {
        leastCommonMultiple(16, autoencoder.pixelsPerLatent * transformer.patch.width)
    }
    var heightStep: Int {
        leastCommonMultiple(16, autoencoder.pixelsPerLatent * transformer.patch.height)
    }
    var widthLimit: Int {
        min(
            Limits.side.upperBound,
            transformer.longestAxis * autoencoder.pixelsPerLatent
                * transformer.patch.width) / widthStep * widthStep
    }
    var heightLimit: Int {
        min(
            Limits.side.upperBound,
            transformer.longestAxis * autoencoder.pixelsPerLatent
                * transformer.patch.height) / heightStep * heightStep
    }

    /// The size of the generated frames in pixels; half of it, along both sides, in a preview.
    mutating func size() -> (width: Int, height: Int) {
        let full = fullSize()
        guard request.preview else { return full }
        return (
            nearest(full.width / 2, step: widthStep, limit: widthLimit),
            nearest(full.height / 2, step: heightStep, limit: heightLimit)
        )
    }

    private mutating func fullSize() -> (width: Int, height: Int) {
        switch request.size {
        case nil:
            guard let source else { return (defaults.width, defaults.height) }
            return ownArea(width: Double(source.width), height: Double(source.height))
        case .ratio(let w, let h):
            return ownArea(width: w, height: h)
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

    /// The model's own area in another shape, in whole steps.
    private func ownArea(width w: Double, height h: Double) -> (width: Int, height: Int) {
        // Beyond the ratio that a request may name, a picture is cropped to it.
        let ratio = min(max(w / h, Limits.ratio.lowerBound), Limits.ratio.upperBound)
        let area = Double(defaults.width * defaults.height)
        let height = (area / ratio).squareRoot()
        return (
            nearest(Int((height * ratio).rounded()), step: widthStep, limit: widthLimit),
            nearest(Int(height.rounded()), step: heightStep, limit: heightLimit)
        )
    }

    /// The native frame rate.
    mutating func frameRate() -> FrameRate? {
        do { return try FrameRate(request.framesPerSecond ?? defaults.framesPerSecond) } catch {
            problems.append(
                Problem(field: "fps", message: "\(error).", hint: "Write for example 16."))
            return nil
        }
    }

    private var step: Int { autoencoder.framesPerLatent }
    /// The model's own length: whole latent frames.
    var longest: Int { (defaults.frames - 1) / step * step + 1 }

    /// The number of frames at a rate, the first one and whole latent frames after it.
    mutating func frames(at framesPerSecond: Double) -> Int {
        var frames = askedFrames(at: framesPerSecond)
        if let seconds = source?.seconds, let name = source?.name {
            // A source ends where it ends; less than a whole latent frame of it is left out.
            let found = max(1, Int((seconds * framesPerSecond).rounded()))
            let whole = (found - 1) / step * step + 1
            // Seconds that end within a latent frame are met; a number of frames is meant exactly.
            var slack = step
            if case .frames = request.length { slack = 0 }
            if let asked = frames, asked > whole + slack {
                let end = (seconds * 100).rounded() / 100
                warnings.append(
                    "'\(name)' ends after \(end) seconds, so the video has \(whole) frames"
                        + " instead of the \(asked) that the request asks for.")
            }
            frames = min(frames ?? whole, whole)
        }
        let wanted = frames ?? lastPanel(at: framesPerSecond) ?? longest
        let made = request.preview ? min(wanted, longest) : wanted
        guard made <= Limits.frames.upperBound else {
            problems.append(
                Problem(
                    field: (source == nil ? Field.panels : .video).rawValue,
                    message:
                        "The video would have \(made) frames at \(framesPerSecond) a second; it"
                        + " may have at most \(Limits.frames.upperBound).",
                    hint: "Say how much is wanted, with \"seconds\" or \"frames\"."))
            return longest
        }
        return made
    }

    /// What the request says about its length; nil where it says nothing.
    private mutating func askedFrames(at framesPerSecond: Double) -> Int? {
        switch request.length {
        case nil:
            return nil
        case .seconds(let seconds):
            let steps = ((seconds * framesPerSecond - 1) / Double(step)).rounded()
            let frames = max(0, Int(steps)) * step + 1
            guard frames <= Limits.frames.upperBound else {
                problems.append(
                    Problem(
                        field: "seconds",
                        message: "\(seconds) seconds at \(framesPerSecond) frames a second are"
                            + " \(frames) frames; a video has at most \(Limits.frames.upperBound).",
                        hint: "Ask for fewer seconds, or for a lower \"fps\"."))
                return longest
            }
            return frames
        case .frames(let frames):
            if (frames - 1) % step != 0 {
                let below = (frames - 1) / step * step + 1
                problems.append(
                    Problem(
                        field: "frames",
                        message:
                            "The model '\(model)' makes 1 frame and then \(step) at a time; the"
                            + " request asks for \(frames).",
                        hint: "Write \"frames\": \(below) or \(below + step)."))
            }
            return frames
        }
    }

    /// The length that shows every panel, where they have times and the request has none.
    private func lastPanel(at framesPerSecond: Double) -> Int? {
        guard case .storyboard(let restyling) = request.mode else { return nil }
        let times: [Double]
        switch restyling.source {
        case .video: return nil
        case .panels(let panels): times = panels.compactMap(\.at)
        case .sheet(_, _, _, let given): times = given ?? []
        }
        guard let last = times.max() else { return nil }
        let frame = Int((last * framesPerSecond).rounded())
        let enough = (frame + step - 1) / step * step + 1
        return max(enough, longest)
    }

    /// The windows in which the clip is made.
    mutating func windows(of frames: Int) -> [Window] {
        let whole = [Window(start: 0, count: frames, kept: 0, closing: 0)]
        guard transformer.hasControl else {
            refuseControl(of: frames)
            return whole
        }
        let overlap = longest > 2 * step ? step + 1 : 1
        let windows = Window.cover(
            frames: frames, longest: longest, overlap: overlap, step: step, isLoop: request.loop)
        guard let windows else {
            problems.append(
                Problem(
                    field: "loop",
                    message:
                        "A loop takes more than \(step) frames, and a model that makes at least"
                        + " \(overlap + 2 * step) in one piece; this one has \(frames) and"
                        + " '\(model)' makes \(longest).",
                    hint: "Ask for a longer video, or leave \"loop\" out."))
            return whole
        }
        return windows
    }

    /// Lossless frames are stored as they are made.
    mutating func checkDelivery() {
        guard request.delivery != nil, request.format == .png, !request.preview else { return }
        problems.append(
            Problem(
                field: "deliver",
                message: "The format \"png\" stores the frames as the model makes them and takes no"
                    + " \"deliver\".",
                hint: "Leave \"deliver\" out, or use another format, such as \"mp4\"."))
    }

    /// Says what a model without a control branch cannot do.
    private mutating func refuseControl(of frames: Int) {
        let needs =
            "The model '\(model)' makes videos from words alone: it has no VACE control branch"
        let hint = "Name a model that has one with \"model\"."
        if request.mode.name != .textToVideo {
            problems.append(
                Problem(
                    field: "mode",
                    message: "\(needs), which the mode '\(request.mode.name.rawValue)' needs.",
                    hint: hint))
        } else if request.loop {
            problems.append(
                Problem(field: "loop", message: "\(needs), which a loop needs.", hint: hint))
        } else if frames > longest {
            var field = "frames"
            if case .seconds = request.length { field = "seconds" }
            problems.append(
                Problem(
                    field: field,
                    message:
                        "\(needs), which videos longer than its own \(longest) frames need; the"
                        + " request asks for \(frames).",
                    hint: "Write \"frames\": \(longest), or leave it out."))
        }
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
