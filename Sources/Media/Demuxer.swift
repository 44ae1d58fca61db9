// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one reading `AVFormatContext`: a file in, packets of its video stream out.
@safe struct Demuxer: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let path: String

    /// Opens the file with the one demuxer that its first bytes name.
    ///
    /// Calls `avformat_open_input`. Only the `file` protocol is allowed, so that no file can make
    /// libav open another or the network.
    ///
    /// - Throws: `fileFailed`, `notMedia`.
    init(path: String) throws(MediaError) {
        Diagnostics.begin()
        let kind = try MediaKind(path: path)
        guard let format = unsafe av_find_input_format(kind.demuxer) else {
            throw .notMedia(path: path, reason: "the installed libav cannot read \(kind)")
        }
        var options: OpaquePointer?
        unsafe av_dict_set(&options, "protocol_whitelist", "file", 0)
        defer { unsafe av_dict_free(&options) }
        var opened: UnsafeMutablePointer<AVFormatContext>?
        let code = unsafe avformat_open_input(&opened, "file:\(path)", format, &options)
        guard let opened = unsafe opened, code >= 0 else {
            throw Self.damaged(path, code)
        }
        unsafe context = opened
        self.path = path
    }

    deinit {
        var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe context
        unsafe avformat_close_input(&opened)
    }

    /// Finds the video stream.
    ///
    /// Calls `avformat_find_stream_info` and `av_find_best_stream`.
    ///
    /// - Throws: `notMedia` when there is none.
    mutating func videoStream() throws(MediaError) -> UnsafeMutablePointer<AVStream> {
        var code = unsafe avformat_find_stream_info(context, nil)
        if code >= 0 {
            code = unsafe av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        }
        guard code >= 0, let stream = unsafe context.pointee.streams[Int(code)] else {
            throw Self.damaged(path, code)
        }
        return unsafe stream
    }

    /// The `comment` tag of the file, or nil.
    var comment: String? {
        let entry = unsafe av_dict_get(context.pointee.metadata, "comment", nil, 0)
        guard let value = unsafe entry?.pointee.value else { return nil }
        return unsafe String(cString: value)
    }

    /// Takes the next packet of any stream, or gives false at the end.
    ///
    /// Calls `av_read_frame`.
    mutating func read(_ packet: inout Packet) throws(MediaError) -> Bool {
        let code = unsafe av_read_frame(context, packet.pointer)
        if code == cav_end_of_file() { return false }
        guard code >= 0 else { throw .file("read", path, code: code) }
        return true
    }

    private static func damaged(_ path: String, _ code: Int32) -> MediaError {
        guard case .libavFailed(_, _, let detail) = MediaError.libav("read", path, code: code)
        else { return .notMedia(path: path, reason: "it holds no picture") }
        return .notMedia(path: path, reason: "it is damaged or holds no picture: \(detail)")
    }
}
