// SPDX-License-Identifier: Apache-2.0

package import Media

/// One picture of a few frames of each variation, a variation to a row.
///
/// The frames of a row are chosen evenly from the first to the last. Each is scaled (Lanczos) to fit
/// its cell and stands in the middle of it, with its time below where the rate is known; gaps and
/// borders are dark grey. Memory is that of the sheet, whatever passes through.
package struct ContactSheet: Sendable {
    /// The colour of gaps and borders, equal in each channel.
    package static let background: UInt8 = 24
    /// The sheet as it is now; cells whose frame has not come are background.
    package private(set) var picture: Picture
    private let frames: Int
    private let cell: (width: Int, height: Int)
    private let gap: Int
    /// The side of a dot of the times, and pixels of the line on which they stand.
    private let dot: Int
    private let line: Int
    private let columns: Int
    private let rows: Int
    private var count = 0

    /// Makes an empty sheet.
    ///
    /// * `columns`: How many frames of a clip are shown; all where the clip has fewer.
    /// * `rows`: How many clips.
    /// * `frames`: How many frames each clip has.
    /// * `cellWidth`, `cellHeight`: Pixels; the gaps are a thirty-second of the width, at least 2.
    /// * `framesPerSecond`: For the times; none are written when absent.
    package init(
        columns: Int, rows: Int, frames: Int, cellWidth: Int, cellHeight: Int,
        framesPerSecond: Double? = nil
    ) {
        precondition(columns > 0 && rows > 0 && frames > 0, "a contact sheet without frames")
        precondition(cellWidth > 0 && cellHeight > 0, "cells of \(cellWidth)x\(cellHeight)")
        self.columns = min(columns, frames)
        (self.rows, self.frames, cell) = (rows, frames, (cellWidth, cellHeight))
        gap = max(2, cellWidth / 32)
        let width = self.columns * (cellWidth + gap) + gap
        dot = max(1, cellWidth / 160)
        line = framesPerSecond == nil ? 0 : dot * DotLetters.height + gap
        let height = rows * (cellHeight + gap + line) + gap
        picture = Picture(
            width: width, height: height,
            pixels: [UInt8](repeating: ContactSheet.background, count: 3 * width * height))
        guard let framesPerSecond else { return }
        for row in 0..<rows {
            for column in 0..<self.columns {
                let hundredths = Int(
                    (100 * Double(frameShown(in: column)) / framesPerSecond).rounded())
                let rest = String(hundredths % 100)
                picture.write(
                    "\(hundredths / 100).\(rest.count < 2 ? "0" : "")\(rest) s",
                    x: gap + column * (cellWidth + gap), y: top(of: row) + cellHeight + gap,
                    dot: dot)
            }
        }
    }

    private func top(of row: Int) -> Int { gap + row * (cell.height + gap + line) }

    /// Takes the next frame; after the last of one clip comes the first of the next.
    package mutating func append(_ frame: Picture) {
        let (row, index) = (count / frames, count % frames)
        precondition(row < rows, "more than \(frames) frames of each of \(rows) clips")
        count += 1
        for column in 0..<columns where frameShown(in: column) == index {
            let scale = min(
                Double(cell.width) / Double(frame.width),
                Double(cell.height) / Double(frame.height))
            let shown = frame.resampled(
                width: min(max(Int((Double(frame.width) * scale).rounded()), 1), cell.width),
                height: min(max(Int((Double(frame.height) * scale).rounded()), 1), cell.height))
            draw(
                shown, x: gap + column * (cell.width + gap) + (cell.width - shown.width) / 2,
                y: top(of: row) + (cell.height - shown.height) / 2)
        }
    }

    private func frameShown(in column: Int) -> Int {
        columns == 1 ? 0 : (column * (frames - 1) + (columns - 1) / 2) / (columns - 1)
    }

    private mutating func draw(_ shown: Picture, x: Int, y: Int) {
        for line in 0..<shown.height {
            let start = 3 * ((y + line) * picture.width + x)
            picture.pixels.replaceSubrange(
                start..<start + 3 * shown.width,
                with: shown.pixels[3 * line * shown.width..<3 * (line + 1) * shown.width])
        }
    }
}
