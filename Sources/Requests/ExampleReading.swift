// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of the examples of a style.
extension Validation {
    /// Pictures or clips, each once, with or without a caption.
    mutating func examples(_ value: FieldValue) -> [Mode.Example]? {
        let hint =
            "Write for example [\"a.jpg\", {\"image\": \"b.jpg\", \"caption\": \"a fox\"}]."
        guard let elements = list(value, of: "files", count: Limits.examples, hint: hint) else {
            return nil
        }
        if elements.count < Limits.fewExamples {
            warnings.append(
                "\"examples\" has \(elements.count == 1 ? "only 1 file" : "only 2 files"); a style is "
                    + "learnt well from \(Limits.fewExamples) on, better from 15 to 30.")
        }
        var places: [MediaPath: String] = [:]
        return elements.compactMap { element in
            guard let (part, kind) = file(of: element, hint: hint),
                let path = self.path(part, example: kind == .video ? "a.mp4" : "a.jpg")
            else { return nil }
            if let other = places.updateValue(part.path, forKey: path) {
                report(
                    part, "\(Self.name(part.path)) is the same file as \(Self.name(other)).",
                    hint: "Name every file once.")
            }
            return Mode.Example(path: path, kind: kind, caption: caption(of: element))
        }
    }

    /// The name of an example's file, and what it is said to be.
    private mutating func file(
        of element: FieldValue, hint: String
    ) -> (FieldValue, Mode.ExampleKind)? {
        guard element.node.members != nil else {
            if element.node.string != nil { return (element, .either) }
            report(
                element, wanted: "a file's name, or an object with \"image\" or \"video\"",
                hint: hint)
            return nil
        }
        let parts = members(of: element, keys: ["image", "video", "caption"])
        switch (parts["image"], parts["video"]) {
        case (let image?, nil): return (image, .image)
        case (nil, let video?): return (video, .video)
        case (_?, _?):
            report(
                element, "\(Self.name(element.path)) has both \"image\" and \"video\".",
                hint: "Make two examples of them.")
        case (nil, nil):
            report(
                element, "\(Self.name(element.path)) has neither \"image\" nor \"video\".",
                hint: hint)
        }
        return nil
    }

    /// What is to be seen, if somebody says it.
    private mutating func caption(of element: FieldValue) -> String? {
        guard let node = element.node["caption"] else { return nil }
        let caption = text(
            FieldValue("\(element.path).caption", node), limit: Limits.captionBytes,
            example: "a fox in the snow")
        return caption.flatMap { Self.isBlank($0) ? nil : $0 }
    }
}
