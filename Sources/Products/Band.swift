// SPDX-License-Identifier: Apache-2.0
//
// W columns, C channels.

/// Some rows of one frame, or of two successive ones, on their way from the top to the bottom.
///
/// A level of the decoder works on a band at a time, all its layers in turn, so that only what is
/// remembered of earlier frames is ever as large as a frame.
package struct Band: Sendable {
    /// Which rows of the frames these are; none where a kernel waits for the rows below.
    package let rows: Range<Int>
    /// All rows of a frame.
    package let height: Int
    /// One or two, oldest first, (rows, W, C) each.
    package let frames: [PixelFrame]

    package init(rows: Range<Int>, height: Int, frames: [PixelFrame]) {
        precondition(1...2 ~= frames.count && frames.allSatisfy { $0.rows == rows.count })
        (self.rows, self.height, self.frames) = (rows, height, frames)
    }

    /// Whether nothing comes below.
    package var isLast: Bool { rows.upperBound == height }
}

/// What receives the bands of a clip's frames, top to bottom, frame after frame.
///
/// Rows that a kernel cannot complete before it has seen those below come with the next band.
package protocol BandFlow: AnyObject {
    func next(_ band: Band) -> Band
}

/// The rows at the lower edge of a band, which the next band's first rows have to see.
struct BandEdge {
    private var planes: [PixelFrame] = []

    /// Makes room for a band's rows between the rows above them and, after the last one, zeros.
    ///
    /// * `planes`: How many frames there are; the same for all bands of a frame.
    /// * `reach`: How many rows a kernel sees above and below.
    /// - Returns: The room and the row of it where the band's own rows begin.
    mutating func room(
        for band: Band, planes count: Int, reach: Int, channels: Int, element: Element
    ) -> (planes: [PixelFrame], first: Int) {
        let isFirst = band.rows.lowerBound == 0 && planes.isEmpty
        let above = isFirst ? reach : planes.first?.rows ?? 0
        let below = band.isLast ? reach : 0
        let columns = band.frames[0].columns
        let room = (0..<count).map { index in
            let plane = PixelFrame(
                rows: above + band.rows.count + below, columns: columns, channels: channels,
                element: element)
            if isFirst {
                plane.clear(rows: 0..<above)
            } else if above > 0 {
                plane.copy(planes[index], to: 0)
            }
            plane.clear(rows: plane.rows - below..<plane.rows)
            return plane
        }
        return (room, above)
    }

    /// Keeps what the next band has to see of the rows, or nothing after the last band.
    mutating func keep(_ room: [PixelFrame], reach: Int, after band: Band) {
        planes =
            band.isLast || reach == 0
            ? [] : room.map { $0.copy(rows: max(0, $0.rows - 2 * reach)..<$0.rows) }
    }
}

extension PixelFrame {
    /// A frame of any content, as wide as another and in the same format.
    package convenience init(like frame: PixelFrame, rows: Int) {
        self.init(
            rows: rows, columns: frame.columns, channels: frame.channels, element: frame.element)
    }

    /// Makes rows zero.
    func clear(rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        unsafe start(row: rows.lowerBound).initializeMemory(
            as: UInt8.self, repeating: 0, count: rows.count * rowBytes)
    }

    /// Copies all rows of another frame to the rows from `row` on.
    package func copy(_ other: PixelFrame, to row: Int) {
        precondition(
            other.element == element && other.rowBytes == rowBytes && row + other.rows <= rows)
        unsafe start(row: row).copyMemory(
            from: other.start(row: 0), byteCount: other.rows * rowBytes)
    }

    /// A copy of some rows.
    package func copy(rows range: Range<Int>) -> PixelFrame {
        let result = PixelFrame(like: self, rows: range.count)
        result.copy(rows(range), to: 0)
        return result
    }
}
