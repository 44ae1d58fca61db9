// SPDX-License-Identifier: Apache-2.0

/// Turns pictures into the frames that an encoder takes: other colours, and where a delivery asks
/// for it another size and rate.
///
/// Holds a handful of frames, whatever the length of the clip.
final class Adaptation {
    /// Pictures appended so far.
    private(set) var appended = 0
    /// Frames given so far; the last tick of the clock is `given - 1`.
    private(set) var given = 0

    private let shape: DeliveredShape
    private let format: VideoFormat
    private var source: Frame
    /// From RGB to the encoder's layout, or to that of the filters.
    private var first: Scaler
    private var working: Frame
    /// Whether `working` holds a frame that nobody took; without filters only.
    private var isWaiting = false
    private var isEnding = false
    private let filters: FilterGraph?
    private var filtered = Frame()
    /// From the layout of the filters to the encoder's.
    private var last: Scaler?
    /// Chooses the 256 colours of a GIF picture; it takes what `coloured` holds.
    private let palette: FilterGraph?
    private var isPaletteAtEnd = false
    private var coloured: Frame

    /// Prepares everything; `path` is named in errors.
    ///
    /// A palette for each picture: one for all pictures would need all pictures first. An ordered
    /// dither stays where it is when the picture moves a little.
    ///
    /// - Throws: `libavFailed`.
    init(_ shape: DeliveredShape, format: VideoFormat, path: String) throws(MediaError) {
        let layout = format.pictureLayout
        let (width, height) = shape.grown
        let entry = shape.filters == nil ? layout : .filtering
        let first = try Scaler(width: width, height: height, from: .rgb, to: entry)
        var filters: FilterGraph?
        var last: Scaler?
        if let text = shape.filters {
            filters = try FilterGraph(
                text, width: width, height: height, layout: entry, rate: shape.source.rate,
                path: path)
            last = try Scaler(width: shape.width, height: shape.height, from: entry, to: layout)
        }
        palette = try Self.palette(shape, format, path)
        self.shape = shape
        self.format = format
        self.first = first
        self.filters = filters
        self.last = last
        source = Frame(width: width, height: height, layout: .rgb)
        working = Frame(width: width, height: height, layout: entry)
        coloured = Frame(width: shape.width, height: shape.height, layout: layout)
    }

    private static func palette(
        _ shape: DeliveredShape, _ format: VideoFormat, _ path: String
    ) throws(MediaError) -> FilterGraph? {
        guard format == .gif else { return nil }
        return try FilterGraph(
            "split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];"
                + "[b][p]paletteuse=new=1:dither=bayer:bayer_scale=4",
            width: shape.width, height: shape.height, layout: format.pictureLayout,
            rate: shape.rate, path: path)
    }

    /// Takes one picture; then ask for frames until there are none.
    func append(_ picture: Picture) throws(MediaError) {
        source.load(shape.isScaled ? picture : picture.extended(for: format))
        first.convert(source, into: &working)
        try pass()
    }

    /// Sends what `working` holds on its way as the next picture.
    private func pass() throws(MediaError) {
        working.stamp(appended)
        appended += 1
        if filters == nil { isWaiting = true } else { try filters?.send(working) }
    }

    /// Says that no picture follows; then ask for frames until there are none.
    ///
    /// The filter that makes pictures in between looks two pictures ahead, so the last one is shown
    /// to it three times.
    func end() throws(MediaError) {
        let count = appended
        if shape.isInterpolated { for _ in 0..<2 { try pass() } }
        appended = count
        isEnding = true
        try filters?.end()
    }

    /// Takes the next frame, stamped in ticks of the stored rate, or gives false.
    func next(_ frame: inout Frame) throws(MediaError) -> Bool {
        guard let palette else { return try nextColoured(&frame) }
        while try !palette.receive(&frame) {
            if try nextColoured(&coloured) {
                try palette.send(coloured)
            } else if isEnding, !isPaletteAtEnd {
                isPaletteAtEnd = true
                try palette.end()
            } else {
                return false
            }
        }
        return true
    }

    /// The next frame in the layout of the format.
    private func nextColoured(_ frame: inout Frame) throws(MediaError) -> Bool {
        if filters == nil {
            guard isWaiting else { return false }
            isWaiting = false
            swap(&frame, &working)
        } else {
            guard try filters?.receive(&filtered) == true,
                !isEnding || given < shape.stored(for: appended)
            else { return false }
            last?.convert(filtered, into: &frame)
            frame.stamp(given)
        }
        given += 1
        return true
    }
}
