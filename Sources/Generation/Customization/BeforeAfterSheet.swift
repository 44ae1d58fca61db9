// SPDX-License-Identifier: Apache-2.0

import Media

/// What the model makes of a few prompts before and after it was trained: for each prompt two rows of
/// frames, both from the same noise.
struct BeforeAfterSheet {
    private var sheets: [ContactSheet]
    private var clip = 0
    private let clips: Int
    private let frames: Int
    private var framesOfClip = 0

    /// Pixels of the longer side of a frame.
    private static let cellSide = 192.0
    /// Between two prompts, and for the words at the left.
    private static let gap = 16
    private static let margin = 84

    /// An empty sheet of clips of so many frames of a size.
    init(prompts: Int, frames: Int, width: Int, height: Int) {
        let scale = Self.cellSide / Double(max(width, height))
        let sheet = ContactSheet(
            columns: 6, rows: 2, frames: frames,
            cellWidth: max(1, Int((Double(width) * scale).rounded())),
            cellHeight: max(1, Int((Double(height) * scale).rounded())))
        sheets = [ContactSheet](repeating: sheet, count: prompts)
        clips = 2 * prompts
        self.frames = frames
    }

    /// Takes the next frame; for each prompt first those before, then those after.
    mutating func append(_ frame: Picture) {
        precondition(clip < clips, "more than \(frames) frames of each of \(clips) clips")
        sheets[clip / 2].append(frame)
        framesOfClip += 1
        if framesOfClip == frames { (clip, framesOfClip) = (clip + 1, 0) }
    }

    /// The sheet: one prompt below the other.
    var picture: Picture {
        let pictures = sheets.map(\.picture)
        let width = Self.margin + (pictures.map(\.width).max() ?? 1)
        let height = pictures.reduce(0) { $0 + $1.height } + Self.gap * (pictures.count - 1)
        var pixels = [UInt8](
            repeating: ContactSheet.background, count: 3 * width * max(height, 1))
        var top = 0
        for picture in pictures {
            for y in 0..<picture.height {
                let start = 3 * ((top + y) * width + Self.margin)
                pixels.replaceSubrange(
                    start..<start + 3 * picture.width,
                    with: picture.pixels[3 * y * picture.width..<3 * (y + 1) * picture.width])
            }
            top += picture.height + Self.gap
        }
        var sheet = Picture(width: width, height: max(height, 1), pixels: pixels)
        top = 0
        for picture in pictures {
            for (row, word) in ["before", "after"].enumerated() {
                let middle = top + picture.height * (1 + 2 * row) / 4
                sheet.write(word, x: 12, y: middle - DotLetters.height, dot: 2)
            }
            top += picture.height + Self.gap
        }
        return sheet
    }
}
