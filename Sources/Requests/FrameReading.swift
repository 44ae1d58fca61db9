// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of what the frames are like: size, length, rate, delivery.
extension Validation {
    /// `"832x480"` or `"16:9"`.
    mutating func size(_ value: FieldValue) -> Request.FrameSize? {
        let wanted = "a size such as \"832x480\" or an aspect ratio such as \"16:9\""
        guard let text = value.node.string else {
            report(value, wanted: wanted, hint: "Write for example \"832x480\".")
            return nil
        }
        if let (width, height) = Self.pair(text, separator: ":") {
            return ratio(value, width, height)
        }
        guard let size = pixels(value, wanted: wanted, sides: Limits.side) else { return nil }
        guard size.width * size.height <= Limits.framePixels else {
            report(
                value,
                "\(Self.name(value.path)) must have at most \(Limits.framePixels) pixels, but "
                    + "\(value.shown) has \(size.width * size.height).",
                hint: "Choose a smaller size; \"deliver\" enlarges the finished video.")
            return nil
        }
        return .exact(width: size.width, height: size.height)
    }

    private mutating func ratio(
        _ value: FieldValue, _ width: String, _ height: String
    ) -> Request.FrameSize? {
        if let width = Self.decimal(width), let height = Self.decimal(height),
            Limits.ratioPart.contains(width), Limits.ratioPart.contains(height),
            Limits.ratio.contains(width / height)
        {
            return .ratio(width: width, height: height)
        }
        report(
            value, wanted: "an aspect ratio from \"1:8\" to \"8:1\"",
            hint: "Write for example \"16:9\", \"1:1\" or \"9:16\".")
        return nil
    }

    /// Width and height, each inside `sides`.
    private mutating func pixels(
        _ value: FieldValue, wanted: String, sides: ClosedRange<Int>
    ) -> (width: Int, height: Int)? {
        guard let (width, height) = counts(value, wanted: wanted, example: "832x480") else {
            return nil
        }
        guard sides.contains(width), sides.contains(height) else {
            report(
                value,
                wanted: "a size with sides from \(sides.lowerBound) to \(sides.upperBound) pixels",
                hint: "Write for example \"832x480\".")
            return nil
        }
        return (width, height)
    }

    /// Two counts with an x between them.
    mutating func counts(_ value: FieldValue, wanted: String, example: String) -> (Int, Int)? {
        let text = value.node.string ?? ""
        if let counts = Self.counts(text) { return counts }
        // "832 X 480" and "832×480" are the usual slips.
        let tidy = String(
            text.lowercased().filter { $0 != " " }.map { $0 == "×" || $0 == "*" ? "x" : $0 })
        report(
            value, wanted: wanted,
            hint: "Write \"\(Self.counts(tidy) == nil ? example : tidy)\".")
        return nil
    }

    private static func counts(_ text: String) -> (Int, Int)? {
        guard let (left, right) = pair(text, separator: "x"), let first = count(left),
            let second = count(right)
        else { return nil }
        return (first, second)
    }

    /// The two parts of a text that has `separator` exactly once.
    private static func pair(_ text: String, separator: Character) -> (String, String)? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    /// One to five digits without leading zero.
    private static func count(_ text: String) -> Int? {
        isDigits(text) && text.utf8.count <= 5 && !text.hasPrefix("0") ? Int(text) : nil
    }

    /// Digits, perhaps with a point and more digits.
    private static func decimal(_ text: String) -> Double? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { isDigits($0) && $0.utf8.count <= 5 }
        return parts.count <= 2 && isPlain ? Double(text) : nil
    }

    /// The length from `seconds` or `frames`, of which a request has at most one.
    mutating func length() -> Request.Length? {
        if present[.seconds] != nil && present[.frames] != nil {
            report(
                .frames, "\"seconds\" and \"frames\" both say how long the video is.",
                hint: "Keep one of the two.")
        }
        var length: Request.Length?
        if let value = value(.seconds),
            let seconds = number(value, in: Limits.seconds, example: 2)
        {
            length = .seconds(seconds)
        }
        if let value = value(.frames), let frames = self.frames(value) { length = .frames(frames) }
        return length
    }

    /// Reports times after the end of the video, where the request itself says how long it is.
    mutating func checkTimes(inside length: Request.Length?, at rate: Double?) {
        let end: Double
        switch (length, rate) {
        case (.seconds(let seconds), _): end = seconds
        case (.frames(let frames), let rate?): end = Double(frames) / rate
        case (.frames, nil), (nil, _): return
        }
        for (value, seconds) in times where seconds > end {
            report(
                value,
                "\(Self.name(value.path)) is \(Self.digits(seconds)) s, but the video ends after "
                    + "\(Self.digits((end * 1000).rounded() / 1000)) s.",
                hint: "Choose an earlier time, or make the video longer.")
        }
    }

    private mutating func frames(_ value: FieldValue) -> Int? {
        guard let frames = whole(value, in: Limits.frames, example: 17) else { return nil }
        // The autoencoder turns one frame, and then every four, into one step of its own.
        guard frames % 4 == 1 else {
            let lower = (frames - 1) / 4 * 4 + 1
            report(
                value, wanted: "1 more than a multiple of 4",
                hint: "Write \(lower) or \(lower + 4).")
            return nil
        }
        return frames
    }

    /// `{"size": "1920x1080", "fps": 24}`, with one of the two or both.
    mutating func delivery(_ value: FieldValue) -> Request.Delivery? {
        let hint = "Write for example {\"size\": \"1920x1080\", \"fps\": 24}."
        guard let members = value.node.members, !members.isEmpty else {
            report(value, wanted: "an object with \"size\" or \"fps\"", hint: hint)
            return nil
        }
        var delivery = Request.Delivery()
        let parts = self.members(of: value, keys: ["size", "fps"])
        if let part = parts["size"],
            let size = pixels(
                part, wanted: "a size such as \"1920x1080\"", sides: Limits.deliveredSide)
        {
            if size.width * size.height > Limits.deliveredPixels {
                report(
                    part, wanted: "at most \(Limits.deliveredPixels) pixels",
                    hint: "Choose a smaller size.")
            }
            (delivery.width, delivery.height) = (size.width, size.height)
        }
        if let part = parts["fps"] {
            delivery.framesPerSecond = number(
                part, in: Limits.deliveredFramesPerSecond, example: 24)
        }
        return delivery
    }
}
