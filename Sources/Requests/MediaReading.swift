// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of what a request brings along: panels, masks, examples, styles.
extension Validation {
    /// `[{"image": "a.png", "at": 0}, …]` with times that differ.
    mutating func panels(_ value: FieldValue) -> [Mode.Panel]? {
        let hint = "Write for example [{\"image\": \"a.png\", \"at\": 0}]."
        guard let elements = list(value, of: "panels", count: Limits.panels, hint: hint) else {
            return nil
        }
        var panels: [Mode.Panel] = []
        var times: [Double: String] = [:]
        for element in elements {
            guard element.node.members != nil else {
                report(element, wanted: "an object with \"image\" and \"at\"", hint: hint)
                continue
            }
            let parts = members(of: element, keys: ["image", "at"])
            let image = required("image", of: element, in: parts, hint: hint)
            let time = required("at", of: element, in: parts, hint: hint)
            let path = image.flatMap { self.path($0) }
            let at = time.flatMap { number($0, in: Limits.time, example: 1.5) }
            if let time, let at, let other = times.updateValue(time.path, forKey: at) {
                report(
                    time, "\(Self.name(time.path)) is the same time as \(Self.name(other)).",
                    hint: "Give every panel a time of its own.")
            }
            if let path, let at { panels.append(Mode.Panel(image: path, at: at)) }
        }
        return panels
    }

    /// A file, a box or a colour.
    mutating func maskSelection(_ value: FieldValue) -> Mode.MaskSelection? {
        let hint =
            "Write for example \"mask.png\", {\"box\": [0.1, 0.2, 0.3, 0.4]} "
            + "or {\"color\": \"#00ff00\"}."
        if value.node.string != nil { return path(value).map { .file($0, at: 0) } }
        guard let members = value.node.members else {
            report(value, wanted: "the name of a file, a box or a colour", hint: hint)
            return nil
        }
        let hasBox = members.contains { $0.key == "box" }
        let hasColor = members.contains { $0.key == "color" }
        guard hasBox != hasColor else {
            let parts = self.members(of: value, keys: ["box", "at", "color", "tolerance"])
            report(
                value,
                parts["box"] == nil
                    ? "\"mask\" must have \"box\" or \"color\"."
                    : "\"mask\" must have \"box\" or \"color\", but it has both.", hint: hint)
            return nil
        }
        return hasBox ? box(value) : color(value)
    }

    private mutating func box(_ value: FieldValue) -> Mode.MaskSelection? {
        let hint = "Write [left, top, width, height] in fractions: [0.1, 0.2, 0.3, 0.4]."
        let parts = members(of: value, keys: ["box", "at"])
        let time = parts["at"].map { number($0, in: Limits.time, example: 0) } ?? 0
        guard let box = parts["box"] else { return nil }
        guard let elements = box.elements, elements.count == 4 else {
            report(box, wanted: "a list of four numbers", hint: hint)
            return nil
        }
        let numbers = elements.compactMap { number($0, in: 0...1, example: 0.25) }
        guard numbers.count == 4, let time else { return nil }
        let (x, y, width, height) = (numbers[0], numbers[1], numbers[2], numbers[3])
        // Fractions such as 0.7 + 0.3 may come out a hair above 1.
        guard width > 0, height > 0, x + width <= 1.000_001, y + height <= 1.000_001 else {
            report(box, "\(Self.name(box.path)) is empty or leaves the frame.", hint: hint)
            return nil
        }
        return .box(x: x, y: y, width: width, height: height, at: time)
    }

    private mutating func color(_ value: FieldValue) -> Mode.MaskSelection? {
        let parts = members(of: value, keys: ["color", "tolerance"])
        let tolerance =
            parts["tolerance"].map { number($0, in: Limits.tolerance, example: 0.1) } ?? 0.1
        guard let color = parts["color"] else { return nil }
        let digits = color.node.string?.utf8.dropFirst().compactMap { byte in
            byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init) : nil
        }
        guard let text = color.node.string, text.hasPrefix("#"), text.utf8.count == 7,
            let digits, digits.count == 6
        else {
            report(
                color, wanted: "a colour such as \"#00ff00\"",
                hint: "Write # and two hexadecimal digits each for red, green and blue.")
            return nil
        }
        guard let tolerance else { return nil }
        return .color(
            red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3],
            blue: digits[4] << 4 | digits[5], tolerance: tolerance)
    }

    /// Paths of images or clips, each once.
    mutating func examples(_ value: FieldValue) -> [MediaPath]? {
        let hint = "Write for example [\"a.jpg\", \"b.jpg\"]."
        guard let elements = list(value, of: "files", count: Limits.examples, hint: hint) else {
            return nil
        }
        var paths: [MediaPath: String] = [:]
        var ordered: [MediaPath] = []
        for element in elements {
            guard let path = self.path(element) else { continue }
            if let other = paths.updateValue(element.path, forKey: path) {
                report(
                    element, "\(Self.name(element.path)) is the same file as \(Self.name(other)).",
                    hint: "Name every file once.")
            }
            ordered.append(path)
        }
        return ordered
    }

    /// A style's name, or `[{"name": "ink", "weight": 0.8}, …]`.
    mutating func styles(_ value: FieldValue) -> [Request.StyleChoice]? {
        let hint = "Write for example \"ink\" or [{\"name\": \"ink\", \"weight\": 0.8}]."
        if value.node.string != nil {
            return name(value, example: "ink").map { [Request.StyleChoice(name: $0, weight: 1)] }
        }
        guard let elements = list(value, of: "styles", count: Limits.styles, hint: hint) else {
            return nil
        }
        var styles: [Request.StyleChoice] = []
        for element in elements {
            guard element.node.members != nil else {
                report(element, wanted: "an object with \"name\" and \"weight\"", hint: hint)
                continue
            }
            let parts = members(of: element, keys: ["name", "weight"])
            let weight =
                parts["weight"].map { number($0, in: Limits.styleWeight, example: 0.8) } ?? 1
            guard let part = required("name", of: element, in: parts, hint: hint),
                let name = self.name(part, example: "ink"), let weight
            else { continue }
            if styles.contains(where: { $0.name == name }) {
                report(
                    part, "The style \(part.shown) is given twice.", hint: "Name it once.")
            }
            styles.append(Request.StyleChoice(name: name, weight: weight))
        }
        return styles
    }

    private mutating func list(
        _ value: FieldValue, of things: String, count: ClosedRange<Int>, hint: String
    ) -> [FieldValue]? {
        guard let elements = value.elements else {
            report(value, wanted: "a list of \(things) in square brackets", hint: hint)
            return nil
        }
        guard count.contains(elements.count) else {
            report(
                value,
                "\(Self.name(value.path)) must have \(count.lowerBound) to \(count.upperBound) "
                    + "\(things), but it has \(elements.count).",
                hint: hint)
            return nil
        }
        return elements
    }

    private mutating func required(
        _ key: String, of value: FieldValue, in parts: [String: FieldValue], hint: String
    ) -> FieldValue? {
        if let part = parts[key] { return part }
        report(value, "\(Self.name(value.path)) has no \"\(key)\".", hint: hint)
        return nil
    }
}
