// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// The time of day, for records; nothing waits by it, because it can be set.
package enum WallClock {
    /// Milliseconds since 1970; calls `clock_gettime`.
    package static var milliseconds: Int64 {
        var time = timespec()
        let result = unsafe clock_gettime(CLOCK_REALTIME, &time)
        precondition(result == 0, "the real-time clock always answers")
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
