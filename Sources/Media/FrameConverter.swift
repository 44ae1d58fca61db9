// SPDX-License-Identifier: Apache-2.0

import CAV

/// Turns decoded frames of any format into upright pictures of one size.
///
/// Pictures that have the asked size already are not scaled, and RGB ones keep every bit. Formats
/// with transparency are laid on the background before they are scaled, so that the colour of
/// invisible pixels does not bleed into visible ones.
struct FrameConverter: ~Copyable {
    /// The size of the pictures; nil for that of each frame, upright.
    let size: (width: Int, height: Int)?
    let framing: Framing
    let scaling: Scaling
    let background: Background
    /// The file, for errors.
    let path: String

    private var stages: [ScalingStage] = []
    private var opaque: ScalingStage?
    private var flat: Frame?

    init(
        size: (width: Int, height: Int)?, framing: Framing = .cover, scaling: Scaling = .smooth,
        background: Background = .white, path: String
    ) {
        (self.size, self.framing, self.scaling) = (size, framing, scaling)
        (self.background, self.path) = (background, path)
    }

    /// Converts one frame.
    ///
    /// - Throws: `notMedia` for formats that nothing here converts, `beyondLimit` when the picture
    ///   is so narrow that it would be scaled beyond ``MediaLimits/stillPixels`` to fill the size.
    mutating func picture(
        of frame: borrowing Frame, _ appearance: Appearance
    ) throws(MediaError) -> Picture {
        let stored = (width: frame.width, height: frame.height)
        let upright = appearance.size(width: stored.width, height: stored.height)
        let target = size ?? upright
        let fit = Fit(width: upright.width, height: upright.height, into: target, framing)
        let (area, overflow) = fit.scaledWidth.multipliedReportingOverflow(by: fit.scaledHeight)
        guard !overflow, area <= MediaLimits.stillPixels,
            max(fit.scaledWidth, fit.scaledHeight) <= 2 * MediaLimits.sideRead.upperBound
        else {
            throw .beyondLimit(
                path: path,
                got: "its picture of \(upright.width)x\(upright.height) would have to grow to "
                    + "\(fit.scaledWidth)x\(fit.scaledHeight) to fill "
                    + "\(target.width)x\(target.height)",
                limit: "at most \(MediaLimits.stillPixels / 1_000_000) megapixels",
                advice: "cut it to a less narrow shape")
        }
        var format = try SampleFormat(frame, isVideo: appearance.isVideo, path: path)
        var current = unsafe frame.pointer
        if format != .rgb, format.isExact || format.hasAlpha {
            unsafe current = try flatten(current, format, stored)
            format = .rgb
        }
        let turned = appearance.orientation.swapsAxes
        let scaled =
            turned ? (fit.scaledHeight, fit.scaledWidth) : (fit.scaledWidth, fit.scaledHeight)
        if format != .rgb || scaled != stored {
            unsafe current = try scale(current, format, from: stored, to: scaled)
        }
        return unsafe Self.cut(current, fit, target, appearance.orientation)
    }

    /// Lays a frame on the background at its own size.
    private mutating func flatten(
        _ frame: UnsafeMutablePointer<AVFrame>, _ format: SampleFormat,
        _ size: (width: Int, height: Int)
    ) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
        var source = unsafe frame
        if !format.isExact {
            let task = ScalingStage.Task(
                width: size.width, height: size.height, source: format, targetWidth: size.width,
                targetHeight: size.height, target: AV_PIX_FMT_RGBA, scaling: scaling)
            let stage: ScalingStage
            if let kept = opaque, kept.task == task {
                stage = kept
            } else {
                stage = try ScalingStage(task)
            }
            opaque = stage
            unsafe stage.run(source)
            unsafe source = stage.output.pointer
        }
        var target =
            flat.take() ?? Frame(width: size.width, height: size.height, layout: .rgb)
        if target.width != size.width || target.height != size.height {
            target = Frame(width: size.width, height: size.height, layout: .rgb)
        }
        unsafe Flattening(background: background).flatten(source, into: &target)
        let pointer = unsafe target.pointer
        flat = consume target
        return unsafe pointer
    }

    /// Scales in as many stages as swscale's filters need.
    private mutating func scale(
        _ frame: UnsafeMutablePointer<AVFrame>, _ format: SampleFormat,
        from stored: (width: Int, height: Int), to scaled: (width: Int, height: Int)
    ) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
        let tasks = plan(format, from: stored, to: scaled)
        if stages.map(\.task) != tasks {
            stages = []
            for task in tasks { stages.append(try ScalingStage(task)) }
        }
        var current = unsafe frame
        for stage in stages {
            unsafe stage.run(current)
            unsafe current = stage.output.pointer
        }
        return unsafe current
    }

    private func plan(
        _ format: SampleFormat, from stored: (width: Int, height: Int),
        to scaled: (width: Int, height: Int)
    ) -> [ScalingStage.Task] {
        var tasks: [ScalingStage.Task] = []
        var (source, size) = (format, stored)
        repeat {
            let step = scaling == .smooth ? ScalingStage.largestStep : Int.max
            let next = (
                width: max(scaled.width, (size.width - 1) / step + 1),
                height: max(scaled.height, (size.height - 1) / step + 1)
            )
            tasks.append(
                ScalingStage.Task(
                    width: size.width, height: size.height, source: source,
                    targetWidth: next.width, targetHeight: next.height, target: AV_PIX_FMT_RGB24,
                    scaling: scaling))
            (source, size) = (.rgb, next)
        } while size != scaled
        return tasks
    }

    /// Cuts the picture out of a scaled RGB frame and turns it upright.
    private static func cut(
        _ frame: UnsafeMutablePointer<AVFrame>, _ fit: Fit, _ size: (width: Int, height: Int),
        _ orientation: Orientation
    ) -> Picture {
        guard let source = unsafe frame.pointee.data.0 else { fatalError("frame without data") }
        let stride = unsafe Int(frame.pointee.linesize.0)
        let count = size.width * size.height * 3
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { pixels, filled in
            guard var target = pixels.baseAddress else { return }
            for y in 0..<size.height {
                if orientation == .upright {
                    let row = unsafe source + (y + fit.top) * stride + fit.left * 3
                    unsafe target.update(from: row, count: size.width * 3)
                    unsafe target += size.width * 3
                    continue
                }
                for x in 0..<size.width {
                    let place = orientation.stored(
                        x: x + fit.left, y: y + fit.top, width: fit.scaledWidth,
                        height: fit.scaledHeight)
                    let pixel = unsafe source + place.y * stride + place.x * 3
                    unsafe target.update(from: pixel, count: 3)
                    unsafe target += 3
                }
            }
            filled = count
        }
        return Picture(width: size.width, height: size.height, pixels: pixels)
    }
}
