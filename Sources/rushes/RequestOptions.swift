// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// The keys of a request as options; what they may hold is checked as in any request.
struct RequestOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The request's name, which its result gets. (default: the first words of the prompt)",
            valueName: "NAME"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "What to do; needless where prompt and image leave no doubt.", valueName: "MODE"))
    var mode: String?

    @Option(help: ArgumentHelp("What is to be seen.", valueName: "TEXT"))
    var prompt: String?

    @Option(help: ArgumentHelp("What is not to be seen.", valueName: "TEXT"))
    var negativePrompt: String?

    @Option(
        help: ArgumentHelp(
            "A picture that starts moving, or the wanted look; may be given several times.",
            valueName: "FILE"))
    var image: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the picture is: first-frame, last-frame or reference.", valueName: "ROLE"))
    var imageRole: String?

    @Option(help: ArgumentHelp("The clip that changes.", valueName: "FILE"))
    var video: String?

    @Option(
        help: ArgumentHelp(
            "What of it changes: a picture, a video, or an object of JSON.", valueName: "FILE|JSON")
    )
    var mask: String?

    @Option(help: ArgumentHelp("What the mask means: subject or background.", valueName: "WHAT"))
    var affect: String?

    @Option(help: ArgumentHelp("A trained style; may be given several times.", valueName: "STYLE"))
    var style: [String] = []

    @Option(help: ArgumentHelp("How closely a clip is followed, 0 to 1.", valueName: "NUMBER"))
    var structure: String?

    @Option(help: ArgumentHelp("How much pictures and clips count, 0 to 2.", valueName: "NUMBER"))
    var strength: String?

    @Option(help: ArgumentHelp("The size, 832x480 or 16:9.", valueName: "SIZE"))
    var size: String?

    @Option(help: ArgumentHelp("The length in seconds.", valueName: "NUMBER"))
    var seconds: String?

    @Option(help: ArgumentHelp("The length in frames, 4n + 1.", valueName: "NUMBER"))
    var frames: String?

    @Option(help: ArgumentHelp("Frames a second.", valueName: "NUMBER"))
    var fps: String?

    @Option(help: ArgumentHelp("The same seed gives the same video.", valueName: "NUMBER"))
    var seed: String?

    @Option(help: ArgumentHelp("Steps of the sampler.", valueName: "NUMBER"))
    var steps: String?

    @Option(help: ArgumentHelp("How closely the prompt is followed.", valueName: "NUMBER"))
    var guidance: String?

    @Option(help: ArgumentHelp("How many videos, 1 to 16.", valueName: "NUMBER"))
    var variations: String?

    @Option(help: ArgumentHelp("mp4, webm, gif, webp or png.", valueName: "FORMAT"))
    var format: String?

    @Option(help: ArgumentHelp("The model's name.", valueName: "MODEL"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "-10 to 10, written --priority=-5 below zero; greater is earlier.", valueName: "NUMBER")
    )
    var priority: String?

    @Flag(help: "Lead the last frame to the first.")
    var loop = false

    @Flag(help: "Make a quick look first.")
    var preview = false

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Any other key, its value as JSON or as a text; may be given several times.",
            valueName: "KEY=VALUE"))
    var others: [String] = []

    /// Whether nothing was said that belongs into a request.
    var isEmpty: Bool { settings.isEmpty }

    func validate() throws {
        for other in others where other.firstIndex(of: "=") == nil || other.hasPrefix("=") {
            throw ValidationError(
                "--set wants KEY=VALUE, such as camera='{\"zoom\": 2}', not '\(other)'.")
        }
        if let name, name.isEmpty || name.contains("/") {
            throw ValidationError("--as wants a name such as 'sunset', and --folder says where.")
        }
    }

    /// What was said, in the order in which the documentation lists the keys.
    var settings: [Submission.Setting] {
        var settings: [Submission.Setting] = []
        func add(_ key: String, text: String?) {
            if let text { settings.append(.init(key, .texts([text]))) }
        }
        func add(_ key: String, literal: String?) {
            if let literal { settings.append(.init(key, .literal(literal))) }
        }
        add("mode", text: mode)
        add("prompt", text: prompt)
        add("negative_prompt", text: negativePrompt)
        if !image.isEmpty { settings.append(.init("image", .files(image))) }
        add("image_role", text: imageRole)
        if let video { settings.append(.init("video", .files([video]))) }
        if let mask {
            let isObject = mask.drop(while: \.isWhitespace).hasPrefix("{")
            settings.append(.init("mask", isObject ? .literal(mask) : .files([mask])))
        }
        add("affect", text: affect)
        if style.count > 1 {
            settings.append(.init("style", .texts(style)))
        } else {
            add("style", literal: style.first)
        }
        let numbers = [
            ("structure", structure), ("strength", strength), ("seconds", seconds),
            ("frames", frames), ("fps", fps), ("seed", seed), ("steps", steps),
            ("guidance", guidance), ("variations", variations), ("priority", priority),
        ]
        add("size", text: size)
        for (key, value) in numbers { add(key, literal: value) }
        add("format", text: format)
        add("model", text: model)
        if loop { add("loop", literal: "true") }
        if preview { add("preview", literal: "true") }
        for other in others {
            let parts = other.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            add(String(parts[0]), literal: String(parts.last ?? ""))
        }
        return settings
    }
}
