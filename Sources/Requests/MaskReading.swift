// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of `mask`: a file, a box, an outline or a colour.
extension Validation {
    /// What selects the subject.
    mutating func maskSelection(_ value: FieldValue) -> Mode.MaskSelection? {
        if value.node.string != nil { return path(value).map { .file($0, at: 0) } }
        let hint =
            "Write for example \"mask.png\", {\"box\": [0.1, 0.2, 0.3, 0.4]} "
            + "or {\"color\": \"#00ff00\"}."
        guard let members = value.node.members else {
            report(
                value, wanted: "the name of a file, a box, an outline or a colour", hint: hint)
            return nil
        }
        let ways = ["image", "box", "outline", "color"]
        let given = ways.filter { way in members.contains { $0.key == way } }
        guard let way = given.first, given.count == 1 else {
            let known = problems.count
            _ = self.members(of: value, keys: ways + ["at", "tolerance"])
            // A misspelled way is not a missing one too.
            guard problems.count == known || given.count > 1 else { return nil }
            let list = given.map { "\"\($0)\"" }.joined(separator: " and ")
            report(
                value,
                "\"mask\" must have one of \"image\", \"box\", \"outline\" and \"color\""
                    + (given.isEmpty ? "." : ", but it has \(list)."), hint: hint)
            return nil
        }
        let parts = self.members(of: value, keys: [way, way == "color" ? "tolerance" : "at"])
        guard let part = parts[way] else { return nil }
        if way == "color" { return color(part, tolerance: parts["tolerance"]) }
        let time = parts["at"].map { self.time($0, example: 0) } ?? 0
        return switch way {
        case "image":
            path(part, example: "mask.png").flatMap { path in time.map { .file(path, at: $0) } }
        case "box": box(part, at: time)
        default: outline(part, at: time)
        }
    }

    private mutating func box(_ box: FieldValue, at time: Double?) -> Mode.MaskSelection? {
        let hint = "Write [left, top, width, height] in fractions: [0.1, 0.2, 0.3, 0.4]."
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

    private mutating func outline(_ value: FieldValue, at time: Double?) -> Mode.MaskSelection? {
        let hint =
            "Write the corners of the subject in fractions of the frame, each as [across, down]: "
            + "[[0.3, 0.2], [0.7, 0.2], [0.5, 0.8]]."
        guard let elements = list(value, of: "points", count: Limits.outline, hint: hint) else {
            return nil
        }
        let points = elements.compactMap { point($0, hint: hint) }
        guard points.count == elements.count, let time else { return nil }
        guard !Self.isOnOneLine(points) else {
            report(
                value, "\(Self.name(value.path)) encloses nothing: all its points are on one line.",
                hint: hint)
            return nil
        }
        return .outline(points, at: time)
    }

    private mutating func point(_ value: FieldValue, hint: String) -> Mode.Point? {
        guard let elements = value.elements, elements.count == 2 else {
            report(value, wanted: "a point such as [0.3, 0.2]", hint: hint)
            return nil
        }
        let numbers = elements.compactMap { number($0, in: 0...1, example: 0.25) }
        return numbers.count == 2 ? Mode.Point(x: numbers[0], y: numbers[1]) : nil
    }

    /// Whether no triangle of the points has an area to speak of: a millionth of the frame.
    private static func isOnOneLine(_ points: [Mode.Point]) -> Bool {
        func distance(_ a: Mode.Point, _ b: Mode.Point) -> Double {
            (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
        }
        let start = points[0]
        guard let end = points.max(by: { distance(start, $0) < distance(start, $1) }) else {
            return true
        }
        return points.allSatisfy { point in
            let across = (end.x - start.x) * (point.y - start.y)
            let down = (end.y - start.y) * (point.x - start.x)
            return (across - down).magnitude / 2 < 1e-6
        }
    }

    private mutating func color(
        _ color: FieldValue, tolerance: FieldValue?
    ) -> Mode.MaskSelection? {
        let tolerance = tolerance.map { number($0, in: Limits.tolerance, example: 0.1) } ?? 0.1
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
}
