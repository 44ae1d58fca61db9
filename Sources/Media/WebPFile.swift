// SPDX-License-Identifier: Apache-2.0

import CAV

/// Writes an animated WebP file picture by picture.
///
/// Each picture is stored whole, so that nothing needs to be remembered; libwebp's own animation
/// encoder keeps the compressed file in memory to its end. The layout is that of the WebP
/// Container Specification (RIFF with VP8X, ANIM, ANMF, EXIF and XMP chunks).
@safe final class WebPFile: Container {
    private let file: UnsafeMutablePointer<AVIOContext>
    private let path: String
    private let size: (width: Int, height: Int)
    private let rate: FrameRate
    private let comment: String
    private var frames = 0

    /// Creates the file and writes what stands before the pictures.
    ///
    /// Calls `avio_open`.
    ///
    /// - Throws: `fileFailed`.
    init(
        path: String, width: Int, height: Int, rate: FrameRate, comment: String
    ) throws(MediaError) {
        var opened: UnsafeMutablePointer<AVIOContext>?
        let code = unsafe avio_open(&opened, "file:\(path)", AVIO_FLAG_WRITE)
        guard let opened = unsafe opened, code >= 0 else {
            throw .file("create", path, code: code)
        }
        unsafe file = opened
        self.path = path
        size = (width, height)
        self.rate = rate
        self.comment = comment
        let animation: UInt8 = 0x02
        let exif: UInt8 = comment.isEmpty ? 0 : 0x08
        let xmp: UInt8 = 0x04
        put("RIFF".utf8 + number(0, 4) + "WEBP".utf8)
        put("VP8X".utf8 + number(10, 4) + [animation | exif | xmp, 0, 0, 0])
        put(number(width - 1, 3) + number(height - 1, 3))
        // White behind the pictures, which nobody sees; 0 repetitions mean for ever.
        put("ANIM".utf8 + number(6, 4) + number(0xFFFF_FFFF, 4) + number(0, 2))
    }

    deinit {
        var opened: UnsafeMutablePointer<AVIOContext>? = unsafe file
        // Only the error path comes here with an open file, and its error is already on its way.
        if !isClosed { _ = unsafe avio_closep(&opened) }
    }

    private var isClosed = false

    var bytes: Int { Int(unsafe avio_tell(file)) }

    func writePicture(_ packet: inout Packet) throws(MediaError) {
        // The encoder gives a whole file for a still picture; its chunks begin after 12 bytes.
        let chunks = packet.bytes.dropFirst(12)
        packet.clear()
        let milliseconds = start(of: frames + 1) - start(of: frames)
        let replacing: UInt8 = 0x02
        put("ANMF".utf8 + number(16 + chunks.count, 4) + number(0, 6))
        put(number(size.width - 1, 3) + number(size.height - 1, 3))
        put(number(milliseconds, 3) + [replacing])
        put(Array(chunks))
        frames += 1
        guard unsafe avio_tell(file) < 0xFFFF_0000 else {
            throw .outOfRange(
                field: "format", wanted: "'mp4' or 'webm' for a clip this long",
                got: "'webp', which ends at 4 GiB")
        }
        try check()
    }

    func writeSound(_ packet: inout Packet) throws(MediaError) {
        preconditionFailure("WebP has no sound")
    }

    func finish() throws(MediaError) {
        if !comment.isEmpty { put(chunk("EXIF", description(comment))) }
        put(chunk("XMP ", SourceStatement.packet))
        let bytes = unsafe avio_tell(file)
        _ = unsafe avio_seek(file, 4, SEEK_SET)
        put(number(Int(bytes) - 8, 4))
        unsafe avio_flush(file)
        try check()
        isClosed = true
        let code = unsafe avio_close(file)
        guard code >= 0 else { throw .file("write", path, code: code) }
    }

    /// When frame `index` begins, in milliseconds: rounded, so that nothing adds up.
    private func start(of index: Int) -> Int {
        (index * 1000 * rate.denominator + rate.numerator / 2) / rate.numerator
    }

    /// A TIFF structure whose one entry is `ImageDescription` (Exif 3.0, 4.6.5.1), little-endian.
    private func description(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8) + [0]
        let (directory, entry) = (8, 12)
        // Four bytes or less stand in the entry itself, longer ones behind the directory.
        let value =
            bytes.count > 4
            ? number(directory + 2 + entry + 4, 4)
            : bytes + [UInt8](repeating: 0, count: 4 - bytes.count)
        return Self.descriptionEntry + number(bytes.count, 4) + value + number(0, 4)
            + (bytes.count > 4 ? bytes : [])
    }

    /// What stands before the length of the text: the TIFF header, one entry, its tag and type.
    static let descriptionEntry: [UInt8] =
        "II".utf8 + [42, 0, 8, 0, 0, 0] + [1, 0] + [0x0E, 0x01] + [2, 0]

    private func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        name.utf8 + number(bytes.count, 4) + bytes + (bytes.count % 2 == 0 ? [] : [0])
    }

    /// `value` in `count` bytes, the lowest first.
    private func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// Calls `avio_write`, which keeps its error for ``check()``.
    private func put(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer {
            unsafe avio_write(file, $0.baseAddress, Int32($0.count))
        }
    }

    private func check() throws(MediaError) {
        let trouble = unsafe file.pointee.error
        guard trouble >= 0 else { throw .file("write", path, code: trouble) }
    }
}
