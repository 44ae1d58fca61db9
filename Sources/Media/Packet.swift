// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one `AVPacket`: encoded bytes between a codec and a container.
@safe struct Packet: ~Copyable {
    let pointer: UnsafeMutablePointer<AVPacket>

    /// Calls `av_packet_alloc`.
    init() {
        guard let packet = unsafe av_packet_alloc() else { fatalError("out of memory") }
        unsafe pointer = packet
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = unsafe pointer
        unsafe av_packet_free(&packet)
    }

    /// The encoded bytes.
    var bytes: [UInt8] {
        unsafe [UInt8](
            UnsafeBufferPointer(start: pointer.pointee.data, count: Int(pointer.pointee.size)))
    }

    /// Puts bytes between those that are there.
    ///
    /// Calls `av_grow_packet`.
    mutating func insert(_ bytes: [UInt8], at offset: Int) {
        let rest = Array(self.bytes[offset...])
        guard unsafe av_grow_packet(pointer, Int32(bytes.count)) == 0,
            let data = unsafe pointer.pointee.data
        else { fatalError("out of memory") }
        let whole = unsafe UnsafeMutableBufferPointer(
            start: data, count: offset + bytes.count + rest.count)
        for (index, byte) in (bytes + rest).enumerated() { unsafe whole[offset + index] = byte }
    }

    /// Drops the bytes and keeps the packet.
    ///
    /// Calls `av_packet_unref`.
    mutating func clear() { unsafe av_packet_unref(pointer) }
}

extension Packet {
    /// Replaces the bytes by a copy of `content`.
    ///
    /// Calls `av_new_packet`, which adds the padding that decoders read beyond the end.
    mutating func fill(_ content: [UInt8]) {
        clear()
        guard unsafe av_new_packet(pointer, Int32(content.count)) == 0,
            let data = unsafe pointer.pointee.data
        else { fatalError("out of memory") }
        unsafe content.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe data.update(from: start, count: bytes.count)
        }
    }
}
