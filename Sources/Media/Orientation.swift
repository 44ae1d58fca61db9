// SPDX-License-Identifier: Apache-2.0

/// How a stored picture is turned to stand upright: one of the eight ways.
///
/// The stored picture is first transposed (if `swapsAxes`), then mirrored left to right (if
/// `mirrorsX`) and top to bottom (if `mirrorsY`).
struct Orientation: Equatable {
    var swapsAxes = false
    var mirrorsX = false
    var mirrorsY = false

    /// As stored.
    static let upright = Orientation()

    init(swapsAxes: Bool = false, mirrorsX: Bool = false, mirrorsY: Bool = false) {
        (self.swapsAxes, self.mirrorsX, self.mirrorsY) = (swapsAxes, mirrorsX, mirrorsY)
    }

    /// The values 1…8 of EXIF's tag Orientation (Exif 2.32, 4.6.4 A); any other counts as 1.
    init(exif value: Int) {
        switch value {
        case 2: self.init(mirrorsX: true)
        case 3: self.init(mirrorsX: true, mirrorsY: true)
        case 4: self.init(mirrorsY: true)
        case 5: self.init(swapsAxes: true)
        case 6: self.init(swapsAxes: true, mirrorsX: true)
        case 7: self.init(swapsAxes: true, mirrorsX: true, mirrorsY: true)
        case 8: self.init(swapsAxes: true, mirrorsY: true)
        default: self.init()
        }
    }

    /// The first four numbers of the first two rows of a display matrix, as QuickTime keeps it:
    /// a stored point (p, q) is shown at (a·p + c·q, b·p + d·q).
    ///
    /// Turns that are not a multiple of a right angle are taken to the nearest one.
    init(a: Int32, b: Int32, c: Int32, d: Int32) {
        if a.magnitude >= c.magnitude {
            self.init(mirrorsX: a < 0, mirrorsY: d < 0)
        } else {
            self.init(swapsAxes: true, mirrorsX: c < 0, mirrorsY: b < 0)
        }
    }

    /// Finds the tag Orientation (0x0112) in the TIFF structure of an EXIF block.
    ///
    /// - Returns: as stored when there is none, or when the block is damaged: a picture turned
    ///   wrongly is better than none.
    init(exifBlock block: ArraySlice<UInt8>) {
        let bytes = Array(block)
        let little = bytes.starts(with: [0x49, 0x49, 0x2A, 0])
        guard little || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) else {
            self.init()
            return
        }
        func number(_ offset: Int, _ count: Int) -> Int? {
            guard offset >= 0, offset + count <= bytes.count else { return nil }
            let part = bytes[offset..<offset + count]
            return (little ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let start = number(4, 4), let entries = number(start, 2) else {
            self.init()
            return
        }
        for entry in 0..<entries where number(start + 2 + 12 * entry, 2) == 0x0112 {
            self.init(exif: number(start + 2 + 12 * entry + 8, 2) ?? 1)
            return
        }
        self.init()
    }

    /// Where the pixel at (x, y) of an upright picture of `width` × `height` is stored.
    func stored(x: Int, y: Int, width: Int, height: Int) -> (x: Int, y: Int) {
        let (p, q) = (mirrorsX ? width - 1 - x : x, mirrorsY ? height - 1 - y : y)
        return swapsAxes ? (q, p) : (p, q)
    }
}
