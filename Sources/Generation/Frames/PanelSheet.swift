// SPDX-License-Identifier: Apache-2.0

package import Media

/// The panels of a storyboard that one picture holds as a grid, in reading order.
///
/// A gutter is a band of one colour from edge to edge of the sheet, and so is a border around all;
/// neither becomes part of a panel. A line of pixels counts as of one colour when no channel varies
/// by more than 48 levels along it, so that compression does no harm.
///
/// With `columns` and `rows` the grid is known: where the gutters found do not make just that grid,
/// or there are none, the sheet is cut into equal cells, less the gutter where the cuts lie in one.
/// Without, the gutters decide: the panels are at least 16 pixels wide and high and at most a quarter
/// larger than each other, the gutters at least two pixels, the panels 2…64.
///
/// - Returns: The panels, or nil where no grid was found or one with more cells than pixels was asked
///   for.
package func panels(of sheet: Picture, columns: Int?, rows: Int?) -> [Picture]? {
    precondition((columns ?? 1) > 0 && (rows ?? 1) > 0, "a grid without panels")
    let sides = SheetSide.both(of: sheet)
    var best: (across: [Range<Int>], down: [Range<Int>])?
    var colours: [SIMD3<Int>] = []
    for colour in (sides.across.lines + sides.down.lines).compactMap({ $0 })
    where !colours.contains(where: { isSame($0, colour) }) {
        colours.append(colour)
        guard
            let across = sides.across.panels(between: colour, count: columns),
            let down = sides.down.panels(between: colour, count: rows)
        else { continue }
        let count = across.count * down.count
        let isAsked = columns != nil && rows != nil
        guard isAsked || (2...64).contains(count) else { continue }
        if count > best.map({ $0.across.count * $0.down.count }) ?? 0 { best = (across, down) }
    }
    if best == nil, let columns, let rows {
        guard columns <= sheet.width, rows <= sheet.height else { return nil }
        for colour in colours {
            guard let across = sides.across.cut(columns, along: colour),
                let down = sides.down.cut(rows, along: colour)
            else { continue }
            best = (across, down)
            break
        }
        best = best ?? (equal(columns, of: 0..<sheet.width), equal(rows, of: 0..<sheet.height))
    }
    return best.map { grid in
        grid.down.flatMap { rows in grid.across.map { sheet.part(columns: $0, rows: rows) } }
    }
}

/// The lines across one side of a sheet: all its columns, or all its rows.
private struct SheetSide {
    /// The colour of each line that has just one.
    var lines: [SIMD3<Int>?]

    static func both(of sheet: Picture) -> (across: SheetSide, down: SheetSide) {
        let blank = (low: SIMD3<UInt8>(repeating: 255), high: SIMD3<UInt8>.zero)
        var columns = [(low: SIMD3<UInt8>, high: SIMD3<UInt8>)](
            repeating: blank, count: sheet.width)
        var rows = [(low: SIMD3<UInt8>, high: SIMD3<UInt8>)](repeating: blank, count: sheet.height)
        let pixels = sheet.pixels.span
        for y in 0..<sheet.height {
            for x in 0..<sheet.width {
                let start = 3 * (y * sheet.width + x)
                let colour = SIMD3(pixels[start], pixels[start + 1], pixels[start + 2])
                columns[x].low = pointwiseMin(columns[x].low, colour)
                columns[x].high = pointwiseMax(columns[x].high, colour)
                rows[y].low = pointwiseMin(rows[y].low, colour)
                rows[y].high = pointwiseMax(rows[y].high, colour)
            }
        }
        func side(_ lines: [(low: SIMD3<UInt8>, high: SIMD3<UInt8>)]) -> SheetSide {
            SheetSide(
                lines: lines.map { line in
                    (line.high &- line.low).max() <= 48
                        ? (SIMD3<Int>(truncatingIfNeeded: line.low)
                            &+ SIMD3<Int>(truncatingIfNeeded: line.high)) / 2
                        : nil
                })
        }
        return (side(columns), side(rows))
    }

    func isGutter(_ line: Int, of colour: SIMD3<Int>) -> Bool {
        lines[line].map { isSame($0, colour) } ?? false
    }

    /// What lies between gutters of a colour, where that makes `count` panels or, for nil, any.
    func panels(between colour: SIMD3<Int>, count: Int?) -> [Range<Int>]? {
        var found: [Range<Int>] = []
        var first: Int?
        for line in 0...lines.count {
            if line < lines.count && !isGutter(line, of: colour) {
                first = first ?? line
            } else if let start = first {
                found.append(start..<line)
                first = nil
            }
        }
        let sizes = found.map(\.count)
        guard let smallest = sizes.min(), let largest = sizes.max() else { return nil }
        if let count { return found.count == count && largest <= 2 * smallest ? found : nil }
        let gaps = zip(found, found.dropFirst()).map { $1.lowerBound - $0.upperBound }
        return smallest >= 16 && 4 * largest <= 5 * smallest && gaps.allSatisfy { $0 >= 2 }
            ? found : nil
    }

    /// Equal cells inside the border, less their edges, where each cut lies in a gutter.
    func cut(_ count: Int, along colour: SIMD3<Int>) -> [Range<Int>]? {
        guard let whole = trimmed(lines.indices, of: colour), whole.count >= 2 * count else {
            return nil
        }
        let cells = equal(count, of: whole)
        for cell in cells.dropFirst()
        where !isGutter(cell.lowerBound, of: colour)
            && !isGutter(cell.lowerBound - 1, of: colour)
        { return nil }
        let panels = cells.compactMap { trimmed($0, of: colour) }
        let isWhole = zip(panels, cells).allSatisfy { 2 * $0.count >= $1.count }
        return panels.count == count && isWhole ? panels : nil
    }

    private func trimmed(_ range: Range<Int>, of colour: SIMD3<Int>) -> Range<Int>? {
        guard let first = range.first(where: { !isGutter($0, of: colour) }),
            let last = range.last(where: { !isGutter($0, of: colour) })
        else { return nil }
        return first..<last + 1
    }
}

/// Whether two colours are one colour of a sheet, compressed or not.
private func isSame(_ a: SIMD3<Int>, _ b: SIMD3<Int>) -> Bool {
    let difference = a &- b
    return difference.max() <= 24 && difference.min() >= -24
}

/// `count` ranges that part `range` as evenly as whole pixels allow.
private func equal(_ count: Int, of range: Range<Int>) -> [Range<Int>] {
    (0..<count).map { index in
        range.lowerBound + range.count * index / count..<range.lowerBound + range.count
            * (index + 1) / count
    }
}

extension Picture {
    /// The part of the picture in `columns` and `rows`.
    func part(columns: Range<Int>, rows: Range<Int>) -> Picture {
        let pixels = rows.flatMap { y in
            self.pixels[3 * (y * width + columns.lowerBound)..<3 * (y * width + columns.upperBound)]
        }
        return Picture(width: columns.count, height: rows.count, pixels: pixels)
    }
}
