// SPDX-License-Identifier: Apache-2.0

/// What becomes of pictures of one size and rate on their way into a file.
struct DeliveredShape: Equatable {
    /// The part of a picture that is stored: centred, the whole picture unless both sides were
    /// asked for in another proportion.
    let crop: (width: Int, height: Int)
    /// Size of the stored pictures, even where the format asks for that.
    let width: Int
    let height: Int
    /// Rate of the stored pictures.
    let rate: FrameRate
    /// Size and rate of the pictures that come.
    let source: (width: Int, height: Int, rate: FrameRate)
    /// Whether a size was asked for; otherwise an odd side gains a repeated column or row.
    let isScaled: Bool

    /// Works out what a delivery means for pictures of `width` × `height`, `rate` a second.
    ///
    /// A rate beyond what players of the format keep up with is lowered to that.
    ///
    /// - Throws: `outOfRange` when a side, given or worked out, is beyond ``MediaLimits/side``.
    init(
        width: Int, height: Int, rate: FrameRate, delivery: Delivery, format: VideoFormat
    ) throws(MediaError) {
        try MediaLimits.check(width: width, height: height)
        try MediaLimits.check(
            width: delivery.width ?? width, height: delivery.height ?? height)
        let wanted = delivery.framesPerSecond ?? rate
        let highest = try format.highestRate.map(FrameRate.init)
        self.rate = highest.map { $0.value < wanted.value ? $0 : wanted } ?? wanted
        source = (width, height, rate)

        let grid = format.needsEvenSides ? 2 : 1
        func derived(_ side: Int, _ given: Int, _ of: Int) -> Int {
            grid * Int((Double(side) * Double(given) / Double(of) / Double(grid)).rounded())
        }
        let asked =
            switch (delivery.width, delivery.height) {
            case (let wide?, let tall?): (wide, tall)
            case (let wide?, nil): (wide, derived(height, wide, width))
            case (nil, let tall?): (derived(width, tall, height), tall)
            case (nil, nil): (width, height)
            }
        try MediaLimits.check(width: asked.0, height: asked.1)
        self.width = asked.0 + asked.0 % grid
        self.height = asked.1 + asked.1 % grid
        isScaled = (asked.0, asked.1) != (width, height)
        crop =
            delivery.width != nil && delivery.height != nil
            ? Self.crop(width, height, to: asked) : (width, height)
    }

    /// The largest part of `width` × `height` with the proportion of `size`, in whole pixels.
    private static func crop(
        _ width: Int, _ height: Int, to size: (Int, Int)
    ) -> (width: Int, height: Int) {
        if size.0 * height > width * size.1 {
            let tall = (Double(width) * Double(size.1) / Double(size.0)).rounded()
            return (width, max(1, Int(tall)))
        }
        let wide = (Double(height) * Double(size.0) / Double(size.1)).rounded()
        return (max(1, Int(wide)), height)
    }

    /// How many pictures are stored for `count` that came: as long a video at the other rate.
    func stored(for count: Int) -> Int {
        guard rate != source.rate else { return count }
        let exact = Double(count) * rate.value / source.rate.value
        return max(1, Int(exact.rounded()))
    }

    /// Whether pictures are made in between.
    var isInterpolated: Bool { rate != source.rate }

    /// The filters that do all this to planar 4:4:4 frames, or nil when there is nothing to do.
    ///
    /// Pictures in between are made where the pictures are smaller, before or after scaling,
    /// because that is slow and takes about 300 bytes a pixel.
    var filters: String? {
        let (width, height) = isScaled ? (self.width, self.height) : grown
        let before = isScaled ? crop : (width, height)
        var steps: [String] = []
        if isScaled, crop != (source.width, source.height) {
            let (x, y) = ((source.width - crop.width) / 2, (source.height - crop.height) / 2)
            steps.append("crop=\(crop.width):\(crop.height):\(x):\(y):exact=1")
        }
        let smallFirst = before.0 * before.1 <= width * height
        if isInterpolated, smallFirst { steps.append(interpolation(before.0, before.1)) }
        if before != (width, height) {
            steps.append(
                "scale=\(width):\(height):flags=lanczos+accurate_rnd+full_chroma_int+bitexact")
        }
        if isInterpolated, !smallFirst { steps.append(interpolation(width, height)) }
        return steps.isEmpty ? nil : steps.joined(separator: ",")
    }

    /// Size of the pictures that come, with the column and row that an even size takes.
    var grown: (Int, Int) { isScaled ? (source.width, source.height) : (width, height) }

    /// Follows motion in both directions; pictures too small for its blocks, or so large that its
    /// vectors would fill the memory, are blended instead.
    ///
    /// The detection of cuts works in blocks, too, and takes any change of a tiny picture for one.
    private func interpolation(_ width: Int, _ height: Int) -> String {
        let isTiny = min(width, height) < 32
        let mode =
            if isTiny {
                "mi_mode=blend:scd=none"
            } else if width * height > 1 << 21 {
                "mi_mode=blend"
            } else {
                "mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1"
            }
        return "minterpolate=fps=\(rate.numerator)/\(rate.denominator):\(mode)"
    }

    static func == (left: DeliveredShape, right: DeliveredShape) -> Bool {
        left.crop == right.crop && left.width == right.width && left.height == right.height
            && left.rate == right.rate && left.source == right.source
            && left.isScaled == right.isScaled
    }
}
