// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one `AVFilterGraph`: frames of one kind in, frames of another kind and number out.
@safe final class FilterGraph {
    private let graph: UnsafeMutablePointer<AVFilterGraph>
    private let entry: UnsafeMutablePointer<AVFilterContext>
    private let exit: UnsafeMutablePointer<AVFilterContext>
    /// The file the frames are for, named in errors.
    private let path: String

    /// Builds the graph that `filters` describes, in the words of `ffmpeg-filters`(1).
    ///
    /// Calls `avfilter_graph_parse2` and `avfilter_graph_config`. One thread, as for the encoders.
    ///
    /// - Parameters:
    ///   - filters: what stands between the frames that come and those that go, such as
    ///     `crop=100:50,scale=200:100`.
    ///   - width: of the frames that come, in pixels.
    ///   - height: of the frames that come, in pixels.
    ///   - layout: of the frames that come.
    ///   - rate: of the frames that come; one tick of their clock is one frame.
    ///   - path: the file the frames are for, named in errors.
    /// - Throws: `libavFailed` when a filter is missing or refuses its settings.
    init(
        _ filters: String, width: Int, height: Int, layout: PixelLayout, rate: FrameRate,
        path: String
    ) throws(MediaError) {
        Diagnostics.begin()
        guard let made = unsafe avfilter_graph_alloc() else { fatalError("out of memory") }
        unsafe made.pointee.nb_threads = 1
        let text =
            "buffer@entry=video_size=\(width)x\(height):pix_fmt=\(layout.format)"
            + ":time_base=\(rate.denominator)/\(rate.numerator)"
            + ":frame_rate=\(rate.numerator)/\(rate.denominator):pixel_aspect=1/1,"
            + "\(filters),buffersink@exit"
        var inputs: UnsafeMutablePointer<AVFilterInOut>?
        var outputs: UnsafeMutablePointer<AVFilterInOut>?
        var code = unsafe avfilter_graph_parse2(made, text, &inputs, &outputs)
        unsafe avfilter_inout_free(&inputs)
        unsafe avfilter_inout_free(&outputs)
        if code >= 0 { code = unsafe avfilter_graph_config(made, nil) }
        guard code >= 0, let entry = unsafe avfilter_graph_get_filter(made, "buffer@entry"),
            let exit = unsafe avfilter_graph_get_filter(made, "buffersink@exit")
        else {
            var failed: UnsafeMutablePointer<AVFilterGraph>? = unsafe made
            unsafe avfilter_graph_free(&failed)
            throw .libav("prepare the pictures for", path, code: code)
        }
        unsafe graph = made
        unsafe (self.entry, self.exit) = (entry, exit)
        self.path = path
    }

    deinit {
        var made: UnsafeMutablePointer<AVFilterGraph>? = unsafe graph
        unsafe avfilter_graph_free(&made)
    }

    /// Hands over a frame; its samples are shared, not copied.
    ///
    /// Calls `av_buffersrc_write_frame`.
    func send(_ frame: borrowing Frame) throws(MediaError) {
        try check(unsafe av_buffersrc_write_frame(entry, frame.pointer))
    }

    /// Says that no frame follows.
    func end() throws(MediaError) {
        try check(unsafe av_buffersrc_write_frame(entry, nil))
    }

    /// Takes the next frame, or gives false when the graph wants more frames or is done.
    ///
    /// Calls `av_buffersink_get_frame`.
    func receive(_ frame: inout Frame) throws(MediaError) -> Bool {
        frame.clear()
        let code = unsafe av_buffersink_get_frame(exit, frame.pointer)
        if code == cav_again() || code == cav_end_of_file() { return false }
        try check(code)
        return true
    }

    private func check(_ code: Int32) throws(MediaError) {
        guard code >= 0 else { throw .libav("prepare a picture for", path, code: code) }
    }
}
