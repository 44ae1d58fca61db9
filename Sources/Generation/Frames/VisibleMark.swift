// SPDX-License-Identifier: Apache-2.0

import Media

/// A small "AI" in the lower right corner, for people who look at no metadata.
///
/// Light letters on a dark ground, which can be read over anything. A dot of the letters is a
/// hundredth of the shorter side, a pixel at least.
enum VisibleMark {
    /// The ground and the letters on it, a dot to a character.
    private static let dots = [
        "...........",
        "..###..###.",
        ".#...#..#..",
        ".#...#..#..",
        ".#####..#..",
        ".#...#..#..",
        ".#...#..#..",
        ".#...#.###.",
        "...........",
    ].map { $0.map { $0 == "#" } }
    private static let (ground, letter): (UInt8, UInt8) = (16, 240)

    /// The picture with the mark on it; a picture too small for it stays as it is.
    static func added(to picture: Picture) -> Picture {
        let dot = max(1, min(picture.width, picture.height) / 100)
        let (width, height) = (dots[0].count * dot, dots.count * dot)
        let (left, top) = (picture.width - width - dot, picture.height - height - dot)
        guard left >= 0, top >= 0 else { return picture }
        var marked = picture
        for y in 0..<height {
            for x in 0..<width {
                let level = dots[y / dot][x / dot] ? letter : ground
                let start = 3 * ((top + y) * picture.width + left + x)
                for channel in 0..<3 { marked.pixels[start + channel] = level }
            }
        }
        return marked
    }
}
