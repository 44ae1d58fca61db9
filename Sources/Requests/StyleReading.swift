// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of styles.
extension Validation {
    /// A style's name, an object that says more of it, or a list of either.
    mutating func styles(_ value: FieldValue) -> [Request.StyleChoice]? {
        let hint = "Write for example \"ink\" or [{\"name\": \"ink\", \"weight\": 0.8}]."
        guard value.node.array != nil else { return style(value, hint: hint).map { [$0] } }
        guard let elements = list(value, of: "styles", count: Limits.styles, hint: hint) else {
            return nil
        }
        var styles: [Request.StyleChoice] = []
        for element in elements {
            guard let style = style(element, hint: hint) else { continue }
            if styles.contains(where: { $0.name == style.name }) {
                let part = element.node["name"].map { FieldValue("\(element.path).name", $0) }
                report(
                    part ?? element, "The style \"\(style.name)\" is given twice.",
                    hint: "Name it once.")
            }
            styles.append(style)
        }
        return styles
    }

    /// `"ink"`, `"ink@2"` or `{"name": "ink", "weight": 0.8, "trigger": false}`.
    private mutating func style(_ value: FieldValue, hint: String) -> Request.StyleChoice? {
        if value.node.string != nil {
            return styleName(value).map { Request.StyleChoice(name: $0) }
        }
        guard value.node.members != nil else {
            report(
                value, wanted: "a style's name, or an object with \"name\" and \"weight\"",
                hint: hint)
            return nil
        }
        let parts = members(of: value, keys: ["name", "weight", "trigger"])
        let weight = parts["weight"].map { number($0, in: Limits.styleWeight, example: 0.8) } ?? 1
        let trigger = parts["trigger"].map { flag($0) } ?? true
        guard let part = required("name", of: value, in: parts, hint: hint),
            let name = styleName(part), let weight, let trigger
        else { return nil }
        return Request.StyleChoice(name: name, weight: weight, trigger: trigger)
    }

    private mutating func styleName(_ value: FieldValue) -> StyleName? {
        if let name = value.node.string.flatMap(StyleName.init) { return name }
        report(
            value,
            wanted: "the name of a style: letters, digits, dots, - and _, at most "
                + "\(Limits.nameBytes), the first a letter or digit; for one version of it with "
                + "@1 to @\(Limits.styleVersion.upperBound) behind it",
            hint: "Write for example \"ink\" or \"ink@2\".")
        return nil
    }
}
