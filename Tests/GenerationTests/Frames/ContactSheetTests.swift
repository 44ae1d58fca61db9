// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

@Suite("Contact sheet")
struct ContactSheetTests {
    private func cell(_ sheet: Picture, _ column: Int, _ row: Int, _ width: Int, _ height: Int)
        -> Picture
    {
        let gap = max(2, width / 32)
        return .drawn(width, height) { x, y, c in
            sheet.sample(gap + column * (width + gap) + x, gap + row * (height + gap) + y, c)
        }
    }

    @Test(arguments: [
        (5, 17, [0, 4, 8, 12, 16]), (4, 81, [0, 27, 53, 80]), (1, 9, [0]), (2, 5, [0, 4]),
        (6, 3, [0, 1, 2]), (3, 3, [0, 1, 2]), (4, 1, [0]),
    ])
    func `frames from the first to the last, a row to a clip`(
        columns: Int, frames: Int, shown: [Int]
    ) {
        var sheet = ContactSheet(
            columns: columns, rows: 2, frames: frames, cellWidth: 16, cellHeight: 12)
        let size = (sheet.picture.width, sheet.picture.height)
        func frame(_ clip: Int, _ index: Int) -> Picture {
            .flat(UInt8(100 + clip), UInt8(index), 7, 16, 12)
        }
        for clip in 0..<2 { for index in 0..<frames { sheet.append(frame(clip, index)) } }
        #expect(size == (shown.count * 18 + 2, 2 * 14 + 2))
        #expect((sheet.picture.width, sheet.picture.height) == size)
        for clip in 0..<2 {
            for (column, index) in shown.enumerated() {
                #expect(cell(sheet.picture, column, clip, 16, 12) == frame(clip, index))
            }
        }
        for start in [0, 3 * (size.0 * 14 + 5)] {
            #expect(sheet.picture.pixels[start..<start + 3].allSatisfy { $0 == 24 })
        }
    }

    @Test func `frames of another shape stand in the middle of their cells`() {
        var sheet = ContactSheet(columns: 1, rows: 1, frames: 1, cellWidth: 64, cellHeight: 64)
        sheet.append(.flat(200, 100, 50, 320, 160))
        let shown = cell(sheet.picture, 0, 0, 64, 64)
        #expect(
            shown
                == .drawn(64, 64) { _, y, c in (16..<48).contains(y) ? [200, 100, 50][c] : 24 })
    }

    @Test func `frames that are missing leave dark cells`() {
        var sheet = ContactSheet(columns: 3, rows: 2, frames: 9, cellWidth: 8, cellHeight: 8)
        sheet.append(.flat(255, 255, 255, 8, 8))
        #expect(cell(sheet.picture, 0, 0, 8, 8) == .flat(255, 255, 255, 8, 8))
        #expect(cell(sheet.picture, 1, 0, 8, 8) == .flat(24, 24, 24, 8, 8))
    }

    @Test(arguments: [(1, 1), (3, 2000), (2000, 3), (17, 31)])
    func `frames of any size fit`(width: Int, height: Int) {
        var sheet = ContactSheet(columns: 2, rows: 1, frames: 2, cellWidth: 5, cellHeight: 3)
        sheet.append(.flat(255, 255, 255, width, height))
        #expect(sheet.picture.pixels.contains(255))
    }

    @Test func `times stand below frames and cover none`() {
        let plain = ContactSheet(columns: 2, rows: 2, frames: 9, cellWidth: 64, cellHeight: 40)
        var timed = ContactSheet(
            columns: 2, rows: 2, frames: 9, cellWidth: 64, cellHeight: 40, framesPerSecond: 8)
        let line = (timed.picture.height - plain.picture.height) / 2
        #expect(line > 7 && timed.picture.width == plain.picture.width)
        /// The dots of the first letter below a frame.
        func letter(_ row: Int, _ column: Int) -> [Bool] {
            let (left, top) = (2 + column * 66, 2 + row * (42 + line) + 42)
            var dots: [Bool] = []
            for y in 0..<7 {
                for x in 0..<5 { dots.append(timed.picture.sample(left + x, top + y, 0) > 150) }
            }
            return dots
        }
        for row in 0..<2 {
            // 0.00 s, and 1.00 s at the last of nine frames.
            #expect(letter(row, 0).contains(true) && letter(row, 1).contains(true))
            #expect(letter(row, 0) != letter(row, 1))
        }
        for _ in 0..<18 { timed.append(.flat(9, 9, 9, 64, 40)) }
        #expect(cell(timed.picture, 1, 0, 64, 40) == .flat(9, 9, 9, 64, 40))
        #expect(letter(0, 1).contains(true))
    }
}
