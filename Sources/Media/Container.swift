// SPDX-License-Identifier: Apache-2.0

/// A file being written: packets in, a playable file after ``finish()``.
///
/// The file closes with ``finish()`` or, on the error path, with the object itself; the incomplete
/// file stays where it is.
protocol Container: AnyObject {
    /// Bytes written so far.
    var bytes: Int { get }

    /// Writes the packet of one picture, stamped in ticks of the video's rate; its bytes are gone
    /// afterwards.
    ///
    /// - Throws: `fileFailed`, `libavFailed`.
    func writePicture(_ packet: inout Packet) throws(MediaError)

    /// Writes the packet of some sound, stamped in ticks of its clock; its bytes are gone
    /// afterwards.
    ///
    /// - Throws: `fileFailed`, `libavFailed`.
    func writeSound(_ packet: inout Packet) throws(MediaError)

    /// Completes and closes the file.
    ///
    /// - Throws: `fileFailed`, `libavFailed`; what the disk refused until then comes up here.
    func finish() throws(MediaError)
}
