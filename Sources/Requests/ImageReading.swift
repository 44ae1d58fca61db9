// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of `image`, `image_role` and `camera`.
extension Validation {
    /// One path, or a list of them; nil unless all of them can be read.
    mutating func images() -> [MediaPath]? {
        guard let value = value(.image) else { return nil }
        if value.node.string != nil { return path(value).map { [$0] } }
        let hint = "Write for example \"harbour.png\" or [\"first.png\", \"last.png\"]."
        guard value.elements != nil else {
            report(value, wanted: "the name of a picture, or a list of such names", hint: hint)
            return nil
        }
        guard let elements = list(value, of: "pictures", count: Limits.images, hint: hint) else {
            return nil
        }
        let paths = elements.compactMap { path($0) }
        return paths.count == elements.count ? paths : nil
    }

    /// What each picture is to the video; nil if that cannot be told.
    mutating func roles() -> [Mode.ImageRole]? {
        let count = value(.image).flatMap { image in
            image.node.string == nil ? image.elements?.count : 1
        }.flatMap { Limits.images.contains($0) ? $0 : nil }
        guard let value = value(.imageRole) else {
            return count.flatMap { impliedRoles(count: $0) }
        }
        var places = Array(repeating: value, count: count ?? 1)
        if let elements = value.elements {
            if let count, count != elements.count {
                let pictures = count == 1 ? "one picture" : "\(count) pictures"
                let roles = elements.count == 1 ? "one role" : "\(elements.count) roles"
                report(
                    value, "\"image_role\" has \(roles), but \"image\" names \(pictures).",
                    hint: "Write one role for each picture, in the same order: "
                        + "\(Self.roleExample(count: count)).")
                return nil
            }
            places = elements
        } else if choice(value, of: Mode.ImageRole.self) == nil {
            return nil
        }
        let roles = places.compactMap { choice($0, of: Mode.ImageRole.self) }
        guard roles.count == places.count else { return nil }
        for (role, name) in [(Mode.ImageRole.firstFrame, "first"), (.lastFrame, "last")] {
            let indices = roles.indices.filter { roles[$0] == role }
            guard indices.count > 1 else { continue }
            report(
                places[indices[1]],
                "\(indices.count) pictures are the \(name) frame, but a video has only one.",
                hint: "Keep one of them and make the others \"reference\".")
            return nil
        }
        return roles
    }

    /// One picture begins the video, and the second of two ends it.
    private mutating func impliedRoles(count: Int) -> [Mode.ImageRole]? {
        // Other modes take any number of pictures, all of them references.
        guard mode == .textImageToVideo || mode == .imageToVideo else { return nil }
        if count <= 2 { return [.firstFrame, .lastFrame].dropLast(2 - count) }
        report(
            .image,
            "\"image\" names \(count) pictures, and only two of them can begin and end the video.",
            hint: "Say what each one is: "
                + "\"image_role\": \(Self.roleExample(count: count)).")
        return nil
    }

    private static func roleExample(count: Int) -> String {
        let roles = Mode.ImageRole.allCases.map { "\"\($0.rawValue)\"" }
        let words = (0..<count).map { roles[min($0, roles.count - 1)] }
        return "[\(words.joined(separator: ", "))]"
    }

    /// `{"pan": 2, "zoom": 3}`, of which at least one part is not 0.
    mutating func camera() -> Mode.CameraMove? {
        guard let value = value(.camera) else { return nil }
        let hint = "Write for example {\"pan\": 2, \"zoom\": 3}."
        guard value.node.members != nil else {
            report(
                value, wanted: "an object with \"pan\", \"tilt\", \"zoom\" or \"roll\"", hint: hint)
            return nil
        }
        let parts = members(of: value, keys: ["pan", "tilt", "zoom", "roll"])
        let numbers = parts.mapValues { number($0, in: Limits.camera, example: 3) }
        guard numbers.values.allSatisfy({ $0 != nil }) else { return nil }
        func part(_ key: String) -> Double { (numbers[key] ?? 0) ?? 0 }
        let move = Mode.CameraMove(
            pan: part("pan"), tilt: part("tilt"), zoom: part("zoom"), roll: part("roll"))
        guard move != Mode.CameraMove() else {
            report(
                value, "\"camera\" moves nothing: every part of it is 0.",
                hint: hint + " Or leave \"camera\" out.")
            return nil
        }
        return move
    }

    /// The payload of the two modes in which pictures start moving.
    mutating func animation(
        images: [MediaPath]?, roles: [Mode.ImageRole]?, camera: Mode.CameraMove?, loop: Bool
    ) -> Mode.Animation? {
        guard let images, let roles, images.count == roles.count else { return nil }
        let driving = zip(images, roles).map { Mode.DrivingImage(path: $0, role: $1) }
        let first = driving.first { $0.role == .firstFrame }
        let last = driving.first { $0.role == .lastFrame }
        if loop, let last, last.path != first?.path {
            report(
                .loop,
                "\"loop\" leads the last frame back to the first, so no other picture can be the "
                    + "last frame.",
                hint: "Leave out \"loop\", or the picture of the last frame.")
        }
        if present[.camera] != nil { checkCamera(first: first, last: last, loop: loop) }
        return Mode.Animation(images: driving, camera: camera)
    }

    private mutating func checkCamera(
        first: Mode.DrivingImage?, last: Mode.DrivingImage?, loop: Bool
    ) {
        if last != nil {
            report(
                .camera,
                "\"camera\" decides where the video ends, so no picture can be the last frame.",
                hint: "Leave out \"camera\", or the picture of the last frame.")
        } else if first == nil {
            report(
                .camera, "\"camera\" moves over the first frame, but no picture is that.",
                hint: "Write \"image_role\": \"first-frame\", or leave out \"camera\".")
        }
        if loop {
            report(
                .camera,
                "\"camera\" moves away from the first frame, but \"loop\" leads back to it.",
                hint: "Keep one of the two.")
        }
    }
}
