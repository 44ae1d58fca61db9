// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of the mode and of what steers the sampler.
extension Validation {
    /// The mode by name, or by number as `4`, `"4"` or `"04"`.
    mutating func modeName() -> ModeName? {
        let hint = "Write for example \"mode\": \"text-to-video\"."
        guard let value = value(.mode) else {
            if !meant.contains(.mode) { report(.mode, "\"mode\" is missing.", hint: hint) }
            return nil
        }
        if let number = value.node.int {
            if let mode = ModeName(number: number) { return mode }
            report(
                value, wanted: "a mode's name, or its number from 1 to 8",
                hint: "The modes are \(Self.modeList).")
            return nil
        }
        guard let text = value.node.string else {
            report(value, wanted: "a mode's name, or its number from 1 to 8", hint: hint)
            return nil
        }
        if let mode = ModeName(rawValue: text) { return mode }
        if Self.isDigits(text), text.utf8.count <= 2, let number = Int(text),
            let mode = ModeName(number: number)
        {
            return mode
        }
        let names = ModeName.allCases.map(\.rawValue)
        report(
            value, "There is no mode \(value.shown).",
            hint: Suggestion.nearest(to: text, among: names).map { "Did you mean \"\($0)\"?" }
                ?? "The modes are \(Self.modeList).")
        return nil
    }

    static var modeList: String {
        ModeName.allCases.map { "\($0.number) \($0.rawValue)" }.joined(separator: ", ")
    }

    /// 0 to 2^64−1 as a number or as digits in a string.
    mutating func seed(_ value: FieldValue) -> UInt64? {
        if let seed = value.node.uint64 { return seed }
        if let text = value.node.string, Self.isDigits(text), text.utf8.count <= 20,
            let seed = UInt64(text)
        {
            return seed
        }
        report(
            value, wanted: "a whole number from 0 to \(UInt64.max)",
            hint: "Write for example 7, or leave it out for a random one.")
        return nil
    }

    /// Whether a text is nothing but the digits 0 to 9.
    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// How many videos; their seeds must exist.
    mutating func variations(_ value: FieldValue, seed: UInt64?) -> Int? {
        guard let count = whole(value, in: Limits.variations, example: 4) else { return nil }
        if let seed, seed > UInt64.max - UInt64(count - 1) {
            report(
                value, "\"variations\" counts the seed up past \(UInt64.max).",
                hint: "Choose a smaller seed.")
            return nil
        }
        return count
    }
}
