// SPDX-License-Identifier: Apache-2.0

import CAV

/// What the packets of a video tell about its length without being decoded.
struct PacketCount {
    /// Pictures that are shown.
    private(set) var packets = 0
    private(set) var bytes = 0
    private var first = Int64.max
    private var last = Int64.min
    private var lastDuration: Int64 = 0

    mutating func add(_ packet: borrowing Packet) {
        let values = unsafe packet.pointer.pointee
        unsafe bytes += Int(values.size)
        // An edit list may cut off pictures that others are built on.
        guard unsafe values.flags & AV_PKT_FLAG_DISCARD == 0 else { return }
        packets += 1
        let stamp = unsafe values.pts == cav_no_timestamp() ? values.dts : values.pts
        guard stamp != cav_no_timestamp() else { return }
        first = min(first, stamp)
        if stamp >= last { (last, lastDuration) = unsafe (stamp, max(0, values.duration)) }
    }

    /// From the first picture to the end of the last one, in seconds of a clock with this tick;
    /// nil when the packets have no times.
    ///
    /// The last picture lasts as long as the others on average when it does not say.
    func seconds(tick: Double) -> Double? {
        guard packets > 0, last >= first else { return nil }
        let span = Double(last) - Double(first)
        let rest =
            lastDuration > 0 ? Double(lastDuration) : packets > 1 ? span / Double(packets - 1) : 0
        let seconds = (span + rest) * tick
        return seconds > 0 ? seconds : nil
    }
}
