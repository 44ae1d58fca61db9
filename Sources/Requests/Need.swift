// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Something that a mode cannot do without, in the words of that mode.
struct Need {
    /// One of these keys is enough.
    let fields: [Field]
    /// What the key holds: the second half of a sentence.
    let what: String
    /// What to write.
    let hint: String

    init(_ fields: Field..., what: String, hint: String) {
        self.fields = fields
        self.what = what
        self.hint = hint
    }
}

extension ModeName {
    /// What a request of this mode must say, in the order in which somebody would say it.
    var needs: [Need] {
        switch self {
        case .textToVideo:
            [
                Need(
                    .prompt, what: "what is to be seen, in your own words",
                    hint: "Write for example "
                        + "\"prompt\": \"a red balloon drifts over the harbour at sunset\".")
            ]
        case .textImageToVideo:
            [
                .image,
                Need(
                    .prompt, what: "what is to happen, in your own words",
                    hint: "Write for example \"prompt\": \"the boats rock gently\". Without words "
                        + "a picture moves in the mode \"image-to-video\"."),
            ]
        case .imageToVideo: [.image]
        case .stylization:
            [
                .video("the clip that gets a new look", example: "walk.mp4"),
                .look("what the clip is to look like", example: "a paper cut-out in blue and gold"),
            ]
        case .storyboard:
            [
                Need(
                    .panels, .video,
                    what: "the drawn panels, each a picture with its time in seconds, or one "
                        + "picture with a grid of panels, or a mock-up clip",
                    hint: "Write for example \"panels\": [{\"image\": \"panel-1.png\", \"at\": 0}, "
                        + "{\"image\": \"panel-2.png\", \"at\": 1.5}]."),
                .look(
                    "what the finished film is to look like",
                    example: "a fox crosses a snowy forest, soft morning light"),
            ]
        case .mask:
            [
                .video("the clip in which one part changes", example: "walk.mp4"),
                Need(
                    .mask,
                    what: "the name of a picture or video in which white is what changes, or a "
                        + "box such as {\"box\": [0.3, 0.2, 0.4, 0.5]}, a colour, or an outline",
                    hint: "The numbers of a box are left, top, width and height, as fractions of "
                        + "the frame."),
                Need(
                    .prompt, what: "what the changed part is to show, in your own words",
                    hint: "Write for example \"prompt\": \"a dog with black spots\"."),
            ]
        case .render:
            [
                .video("the clip of the untextured 3D render", example: "render.mp4"),
                .look(
                    "what the real thing looks like", example: "a tower of glass on a clear day"),
            ]
        case .customization:
            [
                Need(
                    .examples, what: "the pictures or clips that show the style",
                    hint: "Write for example \"examples\": [\"ink-1.jpg\", \"ink-2.jpg\"]."),
                Need(
                    .name, what: "the name by which other requests call the style",
                    hint: "Write for example \"name\": \"ink\"."),
                Need(
                    .trigger, what: "the phrase that calls the style up in a prompt",
                    hint: "Write for example \"trigger\": \"in ink wash style\"."),
            ]
        }
    }
}

extension Need {
    fileprivate static let image = Need(
        .image, what: "the picture that starts moving",
        hint: "Put the picture beside the request and write for example "
            + "\"image\": \"harbour.png\".")

    fileprivate static func video(_ what: String, example: String) -> Need {
        Need(
            .video, what: what,
            hint: "Put the clip beside the request and write for example "
                + "\"video\": \"\(example)\".")
    }

    fileprivate static func look(_ what: String, example: String) -> Need {
        Need(
            .prompt, .image, .style, what: "\(what), in words, as a picture, or as a trained style",
            hint: "Write for example \"prompt\": \"\(example)\".")
    }
}

extension Validation {
    /// Reports every need that no key meets, unless a misspelled one was meant for it.
    mutating func checkNeeds(of mode: ModeName) {
        for need in mode.needs {
            let given = need.fields.filter { present[$0] != nil }
            guard meant.isDisjoint(with: need.fields) else { continue }
            guard given.isEmpty || given == [.prompt] && isPromptBlank else { continue }
            if need.fields == [.prompt], let value = value(.prompt) {
                report(value, "\"prompt\" is empty.", hint: need.hint)
                continue
            }
            // A key that this version refuses is no advice.
            let keys = need.fields.filter { !Availability.thisVersion.missing.contains($0) }
                .map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            report(
                need.fields[0], "The mode \"\(mode.rawValue)\" needs \(keys): \(need.what).",
                hint: need.hint)
        }
    }

    /// Whether the prompt is there and says nothing.
    private var isPromptBlank: Bool {
        value(.prompt)?.node.string.map { Self.isBlank($0) } ?? false
    }

    /// Whether a text has nothing but white space.
    static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }
}
