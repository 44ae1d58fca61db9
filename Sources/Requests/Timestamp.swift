// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An instant, written as `2026-11-23T09:12:00.250Z`.
package struct Timestamp: Equatable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64

    /// Makes a timestamp; years 1970 to 9999.
    package init(milliseconds: Int64) {
        precondition((0..<253_402_300_800_000).contains(milliseconds), "a year from 1970 to 9999")
        self.milliseconds = milliseconds
    }

    /// The present, by the system's clock (`clock_gettime`).
    package static func now() -> Timestamp {
        var time = timespec()
        let status = unsafe clock_gettime(CLOCK_REALTIME, &time)
        precondition(status == 0, "Linux always has a real-time clock")
        let milliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        return Timestamp(milliseconds: min(max(milliseconds, 0), 253_402_300_799_999))
    }

    /// Whether `left` is earlier.
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant in UTC (ISO 8601); wraps `gmtime_r`, which knows neither zone nor locale.
    package var description: String {
        var seconds = time_t(milliseconds / 1000)
        var calendar = unsafe tm()
        guard unsafe gmtime_r(&seconds, &calendar) != nil else {
            fatalError("the year has four digits, so the calendar holds it")
        }
        let date = unsafe [calendar.tm_year + 1900, calendar.tm_mon + 1, calendar.tm_mday]
        let time = unsafe [calendar.tm_hour, calendar.tm_min, calendar.tm_sec]
        let day = date.map { digits($0, 2) }.joined(separator: "-")
        let clock = time.map { digits($0, 2) }.joined(separator: ":")
        return "\(day)T\(clock).\(digits(milliseconds % 1000, 3))Z"
    }

    private func digits(_ value: some BinaryInteger, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
