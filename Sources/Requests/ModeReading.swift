// SPDX-License-Identifier: Apache-2.0

/// What belongs to a mode: the keys that it takes, and its payload.
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

    /// Reads every key that only some modes take, and composes the payload if all is there.
    ///
    /// Without a mode everything that is there is read all the same, for the sake of its problems.
    mutating func payload(loop: Bool) -> Mode? {
        let images = self.images()
        let roles = self.roles()
        let camera = self.camera()
        let video = value(.video).flatMap { path($0, example: "walk.mp4") }
        let panels = value(.panels).flatMap { self.panels($0) }
        let selection = value(.mask).flatMap { maskSelection($0) }
        let affect = value(.affect).flatMap { choice($0, of: Mode.Affect.self) } ?? .subject
        let structure = value(.structure).flatMap {
            number($0, in: Limits.structure, example: 0.6)
        }
        let customization = self.customization()
        func restyling(_ source: Mode.Source?, _ usual: Double) -> Mode.Restyling? {
            source.map {
                Mode.Restyling(source: $0, images: images ?? [], structure: structure ?? usual)
            }
        }
        switch mode {
        case nil: return nil
        case .textToVideo: return .textToVideo
        case .textImageToVideo:
            return animation(images: images, roles: roles, camera: camera, loop: loop)
                .map { .textImageToVideo($0) }
        case .imageToVideo:
            return animation(images: images, roles: roles, camera: camera, loop: loop)
                .map { .imageToVideo($0) }
        case .stylization: return restyling(video.map { .video($0) }, 0.6).map { .stylization($0) }
        case .storyboard:
            checkSources()
            return restyling(video.map { .video($0) } ?? panels, 0.3).map { .storyboard($0) }
        case .render: return restyling(video.map { .video($0) }, 0.9).map { .render($0) }
        case .mask:
            guard let video, let selection else { return nil }
            return .mask(
                Mode.Masking(
                    video: video, selection: selection, affect: affect, images: images ?? []))
        case .customization: return customization.map { .customization($0) }
        }
    }

    /// A storyboard starts from one thing, and only a video has a structure to follow.
    private mutating func checkSources() {
        guard present[.panels] != nil else { return }
        if present[.video] != nil {
            report(
                .panels, "\"video\" and \"panels\" are both given.", hint: "Keep one of the two.")
        } else if present[.structure] != nil {
            warnings.append(
                "\"structure\" says how closely a video is followed; it does nothing with "
                    + "\"panels\".")
        }
    }

    private mutating func customization() -> Mode.Customization? {
        let examples = value(.examples).flatMap { self.examples($0) }
        let name = value(.name).flatMap { self.name($0, example: "ink") }
        let trigger = value(.trigger).flatMap {
            text($0, limit: Limits.triggerBytes, example: "in ink wash style")
        }
        if let value = value(.trigger), let trigger, Self.isBlank(trigger) {
            report(value, "\"trigger\" is empty.", hint: "Write for example \"in ink wash style\".")
        }
        let rank = value(.rank).flatMap { whole($0, in: Limits.rank, example: 16) }
        let alpha = value(.alpha).flatMap { number($0, in: Limits.alpha, example: 16) }
        let learningRate = value(.learningRate).flatMap {
            number($0, in: Limits.learningRate, example: 0.0001)
        }
        let batch = value(.batch).flatMap { whole($0, in: Limits.batch, example: 4) }
        let prior = value(.prior).flatMap { number($0, in: Limits.prior, example: 0.5) }
        guard let examples, let name, let trigger else { return nil }
        return Mode.Customization(
            examples: examples, name: name, trigger: trigger, rank: rank, alpha: alpha,
            learningRate: learningRate, batch: batch, prior: prior)
    }
}
