// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

/// A sheet of panels with a border and gutters of one colour.
struct Sheet: Sendable, CustomTestStringConvertible {
    let columns: Int
    let rows: Int
    let panel: (width: Int, height: Int)
    let border: Int
    let gutter: Int
    let colour: Int
    /// The largest error that compression left on each sample.
    let noise: Int

    init(
        _ columns: Int, _ rows: Int, panel: (Int, Int) = (40, 24), border: Int = 6,
        gutter: Int = 4, colour: Int = 255, noise: Int = 0
    ) {
        (self.columns, self.rows, self.panel) = (columns, rows, (panel.0, panel.1))
        (self.border, self.gutter, self.colour, self.noise) = (border, gutter, colour, noise)
    }

    var testDescription: String {
        "\(columns)x\(rows), border \(border), gutter \(gutter), \(colour), ±\(noise)"
    }

    func panel(_ index: Int) -> Picture {
        .drawn(panel.width, panel.height) { x, y, c in
            (40 + 37 * index + (x * 3) ^ (y * 5) + 20 * c) % 200 + 20
        }
    }

    var picture: Picture {
        let panels = (0..<columns * rows).map(panel)
        let (width, height) = (panel.width + gutter, panel.height + gutter)
        return .drawn(
            columns * width - gutter + 2 * border, rows * height - gutter + 2 * border
        ) { x, y, c in
            let (px, py) = (x - border, y - border)
            guard px >= 0, py >= 0, px / width < columns, py / height < rows,
                px % width < panel.width, py % height < panel.height
            else {
                let error = noise == 0 ? 0 : (x * 31 + y * 17 + c * 7) % (2 * noise + 1) - noise
                return min(max(colour + error, 0), 255)
            }
            return panels[py / height * columns + px / width].sample(
                px % width, py % height, c)
        }
    }
}

@Suite("Panel sheet")
struct PanelSheetTests {
    static let sheets = [
        Sheet(3, 2), Sheet(1, 4), Sheet(5, 1), Sheet(2, 2, border: 0), Sheet(8, 8, gutter: 2),
        Sheet(2, 3, border: 30, gutter: 3), Sheet(3, 2, colour: 0), Sheet(4, 2, noise: 10),
        Sheet(2, 1, panel: (16, 16), gutter: 9), Sheet(3, 3, panel: (17, 33), colour: 128),
    ]

    @Test(arguments: sheets)
    func `panels between gutters, with the grid or without`(sheet: Sheet) throws {
        let wanted = (0..<sheet.columns * sheet.rows).map(sheet.panel)
        #expect(panels(of: sheet.picture, columns: nil, rows: nil) == wanted)
        #expect(panels(of: sheet.picture, columns: sheet.columns, rows: sheet.rows) == wanted)
    }

    @Test(arguments: [(3, 2), (1, 1), (4, 1), (7, 5)])
    func `panels that touch are cut equally`(columns: Int, rows: Int) throws {
        let sheet = Picture.pattern(85, 63)
        let found = try #require(panels(of: sheet, columns: columns, rows: rows))
        #expect(found.count == columns * rows)
        #expect(found.reduce(0) { $0 + $1.width * $1.height } == 85 * 63)
        #expect(found.allSatisfy { abs($0.width - 85 / columns) <= 1 })
        #expect(found[0].sample(0, 0, 1) == sheet.sample(0, 0, 1))
        #expect(found.last?.pixels.last == sheet.pixels.last)
    }

    @Test func `a band within every panel does not make more panels of them`() {
        let sheet = Sheet(2, 1, panel: (40, 60), gutter: 4).picture
        // A white strip across all: two rows of panels, unless one row was asked for.
        let split = Picture.drawn(sheet.width, sheet.height) { x, y, c in
            (30..<36).contains(y) ? 255 : sheet.sample(x, y, c)
        }
        let found = panels(of: split, columns: 2, rows: 1)
        #expect(found?.map(\.width) == [40, 40])
        #expect(found?.map(\.height) == [60, 60])
    }

    @Test(arguments: [
        ("no gutters", Picture.pattern(80, 60)),
        ("one colour", .flat(255, 255, 255, 80, 60)),
        ("one panel in a border", Sheet(1, 1).picture),
        ("a single pixel", .pattern(1, 1)),
        ("panels too small", Sheet(3, 2, panel: (9, 9)).picture),
        ("lines too thin", Sheet(3, 2, gutter: 1).picture),
        ("more than 64 panels", Sheet(9, 8, panel: (16, 16), gutter: 2).picture),
        (
            "panels of different sizes",
            .drawn(100, 40) { x, y, c in x == 29 || x == 30 ? 255 : (x * 7 ^ y * 3) % 200 + c }
        ),
    ])
    func `no grid to be found`(name: String, sheet: Picture) {
        #expect(panels(of: sheet, columns: nil, rows: nil) == nil)
    }

    @Test func `more cells than pixels`() {
        #expect(panels(of: .pattern(5, 5), columns: 6, rows: 1) == nil)
        #expect(panels(of: .pattern(5, 5), columns: 5, rows: 5)?.count == 25)
        #expect(panels(of: .flat(9, 9, 9, 5, 5), columns: 2, rows: 2)?.count == 4)
    }

    @Test func `panels of one colour each`() {
        let colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]
        let sheet = Picture.drawn(3 * 30 + 2 * 4, 20) { x, _, c in
            guard x % 34 < 30 else { return 255 }
            let colour = colours[x / 34]
            return [colour.0, colour.1, colour.2][c]
        }
        let found = panels(of: sheet, columns: nil, rows: nil)
        #expect(found?.map { $0.sample(0, 0, 1) } == [30, 200, 30])
        #expect(found?.allSatisfy { $0.width == 30 && $0.height == 20 } == true)
    }
}
