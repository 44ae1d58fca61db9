// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of `panels`: pictures with times, or one picture with a grid of panels.
extension Validation {
    /// A list of panels or a sheet.
    mutating func panels(_ value: FieldValue) -> Mode.Source? {
        if value.node.members != nil { return sheet(value) }
        let hint = "Write for example [{\"image\": \"a.png\", \"at\": 0}]."
        guard let elements = list(value, of: "panels", count: Limits.panels, hint: hint) else {
            return nil
        }
        var panels: [Mode.Panel] = []
        var times = Times()
        var untimed: [FieldValue] = []
        for element in elements {
            guard element.node.members != nil else {
                report(element, wanted: "an object with \"image\" and \"at\"", hint: hint)
                continue
            }
            let parts = members(of: element, keys: ["image", "at"])
            let image = required("image", of: element, in: parts, hint: hint)
            let path = image.flatMap { self.path($0) }
            let at = parts["at"].flatMap { time($0, unlike: &times) }
            if parts["at"] == nil { untimed.append(element) }
            if let path { panels.append(Mode.Panel(image: path, at: at)) }
        }
        if let first = untimed.first, untimed.count < elements.count {
            report(
                first, "\(Self.name(first.path)) has no \"at\", but other panels have one.",
                hint: "Give every panel its time in seconds, or none: then they are spread evenly.")
        }
        return .panels(panels)
    }

    /// `{"image": "sheet.png", "grid": "3x2", "at": [0, 0.5, …]}`; grid and times may be absent.
    private mutating func sheet(_ value: FieldValue) -> Mode.Source? {
        let hint = "Write for example {\"image\": \"sheet.png\", \"grid\": \"3x2\"}."
        let parts = members(of: value, keys: ["image", "grid", "at"])
        let image = required("image", of: value, in: parts, hint: hint)
        let path = image.flatMap { self.path($0) }
        let grid = parts["grid"].flatMap { self.grid($0) }
        let times = parts["at"].flatMap { sheetTimes($0, grid: grid) }
        guard let path else { return nil }
        return .sheet(image: path, columns: grid?.columns, rows: grid?.rows, times: times)
    }

    /// Columns and rows, such as `"3x2"`.
    private mutating func grid(_ value: FieldValue) -> (columns: Int, rows: Int)? {
        if let (columns, rows) = counts(value, wanted: "a grid such as \"3x2\"", example: "3x2") {
            if Limits.gridSide.contains(columns), Limits.gridSide.contains(rows),
                Limits.gridCells.contains(columns * rows)
            {
                return (columns, rows)
            }
            report(
                value,
                wanted: "at most \(Limits.gridSide.upperBound) columns and "
                    + "\(Limits.gridSide.upperBound) rows, and at least "
                    + "\(Limits.gridCells.lowerBound) panels",
                hint: "\"3x2\" is a grid of 3 columns and 2 rows.")
        }
        return nil
    }

    /// A time for each panel of a sheet, line by line.
    private mutating func sheetTimes(
        _ value: FieldValue, grid: (columns: Int, rows: Int)?
    ) -> [Double]? {
        let hint = "Write one time in seconds for each panel, line by line, such as [0, 0.5, 1]."
        guard let elements = list(value, of: "times", count: Limits.gridCells, hint: hint) else {
            return nil
        }
        var times = Times()
        let seconds = elements.compactMap { time($0, unlike: &times) }
        if let grid, grid.columns * grid.rows != elements.count {
            report(
                value,
                "\(Self.name(value.path)) has \(elements.count) times, but a grid of "
                    + "\(grid.columns)x\(grid.rows) has \(grid.columns * grid.rows) panels.",
                hint: hint)
            return nil
        }
        return seconds.count == elements.count ? seconds : nil
    }

    /// Times of panels, with the place of each.
    private typealias Times = [Double: String]

    /// A time that no other panel has.
    private mutating func time(_ value: FieldValue, unlike others: inout Times) -> Double? {
        guard let time = time(value, example: 1.5) else { return nil }
        if let other = others.updateValue(value.path, forKey: time) {
            report(
                value, "\(Self.name(value.path)) is the same time as \(Self.name(other)).",
                hint: "Give every panel a time of its own.")
        }
        return time
    }
}
