// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// The system's clocks; for the time of day see ``WallClock``.
package enum SystemClock {
    /// Whether something keeps the clock on the wall right; calls `adjtimex`, which says `STA_UNSYNC`
    /// where nothing does.
    package static var isSynchronized: Bool { clinux_clock_is_synchronized() == 1 }

    /// Microseconds by `CLOCK_MONOTONIC`, as the service manager counts them; calls `clock_gettime`.
    package static var monotonicMicroseconds: Int64 {
        var time = timespec()
        let result = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        precondition(result == 0, "the monotonic clock always answers")
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
