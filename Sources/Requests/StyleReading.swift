// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of styles.
extension Validation {
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
}
