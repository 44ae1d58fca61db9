// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// What belongs to a mode: which keys it takes, which it needs, and its payload.
extension Validation {
    /// Reports keys that this mode does not take.
    mutating func checkKeys(of mode: ModeName) {
        for field in Field.allCases
        where present[field] != nil && !field.modes.contains(mode) {
            let takers = ModeName.allCases.filter { field.modes.contains($0) }
            let list = takers.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            report(
                field, "The mode \"\(mode.rawValue)\" takes no \"\(field.rawValue)\".",
                hint: "Leave it out, or use a mode that takes it: \(list).")
        }
    }

    /// The prompt; reports one that is missing or blank where the mode needs words.
    mutating func prompt(of mode: ModeName?) -> String {
        let example = "a red balloon drifts over the harbour at sunset"
        let prompt = value(.prompt).flatMap {
            text($0, limit: Limits.promptBytes, example: example)
        }
        switch mode {
        case .textToVideo, .textImageToVideo, .mask:
            require(.prompt, of: mode, hint: "Write for example \"prompt\": \"\(example)\".")
            if let value = value(.prompt), let prompt, Self.isBlank(prompt) {
                report(
                    value, "\"prompt\" is empty.", hint: "Write what is to be seen: \"\(example)\"."
                )
            }
        default: break
        }
        return prompt ?? ""
    }

    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }

    /// Reports a key that is missing, unless a misspelled one was meant for it.
    private mutating func require(_ field: Field, of mode: ModeName?, hint: String) {
        guard let mode, present[field] == nil, !meant.contains(field) else { return }
        report(
            field, "The mode \"\(mode.rawValue)\" needs \"\(field.rawValue)\".", hint: hint)
    }

    /// Reads every key that only some modes take, and composes the payload if all is there.
    mutating func payload(of mode: ModeName?, prompt: String) -> Mode? {
        let image = value(.image).flatMap { path($0) }
        let role = value(.imageRole).flatMap { choice($0, of: Mode.ImageRole.self) }
        let video = value(.video).flatMap { path($0) }
        let panels = value(.panels).flatMap { self.panels($0) }
        let selection = value(.mask).flatMap { maskSelection($0) }
        let affect = value(.affect).flatMap { choice($0, of: Mode.Affect.self) }
        let structure = value(.structure).flatMap {
            number($0, in: Limits.structure, example: 0.6)
        }
        let customization = self.customization()
        switch mode {
        case nil: return nil
        case .textToVideo: return .textToVideo
        case .textImageToVideo, .imageToVideo:
            require(.image, of: mode, hint: "Write for example \"image\": \"harbour.jpg\".")
            guard let image else { return nil }
            let animation = Mode.Animation(
                images: [Mode.DrivingImage(path: image, role: role ?? .firstFrame)], camera: nil)
            return mode == .imageToVideo ? .imageToVideo(animation) : .textImageToVideo(animation)
        case .stylization, .render:
            require(.video, of: mode, hint: "Write for example \"video\": \"walk.mp4\".")
            requireLook(of: mode, prompt: prompt)
            guard let video else { return nil }
            let restyling = Mode.Restyling(
                source: .video(video), images: image.map { [$0] } ?? [],
                structure: structure ?? (mode == .render ? 0.9 : 0.6))
            return mode == .render ? .render(restyling) : .stylization(restyling)
        case .storyboard:
            requireLook(of: mode, prompt: prompt)
            return source(video, panels).map {
                .storyboard(
                    Mode.Restyling(
                        source: $0, images: image.map { [$0] } ?? [], structure: structure ?? 0.3))
            }
        case .mask:
            require(.video, of: mode, hint: "Write for example \"video\": \"street.mp4\".")
            require(.mask, of: mode, hint: "Write for example \"mask\": \"mask.png\".")
            guard let video, let selection else { return nil }
            return .mask(
                Mode.Masking(
                    video: video, selection: selection, affect: affect ?? .subject,
                    images: image.map { [$0] } ?? []))
        case .customization:
            require(.examples, of: mode, hint: "Write for example \"examples\": [\"a.jpg\"].")
            require(.name, of: mode, hint: "Write for example \"name\": \"ink\".")
            require(.trigger, of: mode, hint: "Write for example \"trigger\": \"in ink style\".")
            return customization.map { .customization($0) }
        }
    }

    /// A restyled video needs to be told its new look, in words, by picture or by style.
    private mutating func requireLook(of mode: ModeName?, prompt: String) {
        let isGiven = present[.image] != nil || present[.style] != nil
        guard let mode, !isGiven, meant.isDisjoint(with: [.prompt, .image, .style]) else { return }
        if let value = value(.prompt) {
            guard value.node.string != nil, Self.isBlank(prompt) else { return }
        }
        report(
            .prompt, "The mode \"\(mode.rawValue)\" needs \"prompt\" or \"image\".",
            hint: "Write what it is to look like, or name a picture that looks that way.")
    }

    private mutating func source(_ video: MediaPath?, _ panels: [Mode.Panel]?) -> Mode.Source? {
        switch (present[.video] != nil, present[.panels] != nil) {
        case (true, true):
            report(
                .panels, "\"video\" and \"panels\" are both given.", hint: "Keep one of the two.")
            return nil
        case (false, false):
            guard meant.isDisjoint(with: [.video, .panels]) else { return nil }
            report(
                .panels, "The mode \"storyboard\" needs \"panels\" or \"video\".",
                hint: "Write for example \"panels\": [{\"image\": \"a.png\", \"at\": 0}].")
            return nil
        case (true, false): return video.map { .video($0) }
        case (false, true): return panels.map { .panels($0) }
        }
    }

    private mutating func customization() -> Mode.Customization? {
        let examples = value(.examples).flatMap { self.examples($0) }
        let name = value(.name).flatMap { self.name($0, example: "ink") }
        let trigger = value(.trigger).flatMap {
            text($0, limit: Limits.triggerBytes, example: "in ink style")
        }
        if let value = value(.trigger), let trigger, Self.isBlank(trigger) {
            report(value, "\"trigger\" is empty.", hint: "Write for example \"in ink style\".")
        }
        guard let examples, let name, let trigger else { return nil }
        return Mode.Customization(examples: examples, name: name, trigger: trigger)
    }
}
