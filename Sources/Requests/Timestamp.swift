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

    /// Reads what ``description`` wrote; nil when it is something else.
    package init?(_ text: String) {
        let numbers = text.split(whereSeparator: { "-T:.Z".contains($0) }).compactMap { Int64($0) }
        guard numbers.count == 7, (1970...9999).contains(numbers[0]) else { return nil }
        var calendar = unsafe tm()
        unsafe calendar.tm_year = Int32(numbers[0]) - 1900
        unsafe calendar.tm_mon = Int32(truncatingIfNeeded: numbers[1]) - 1
        unsafe calendar.tm_mday = Int32(truncatingIfNeeded: numbers[2])
        unsafe calendar.tm_hour = Int32(truncatingIfNeeded: numbers[3])
        unsafe calendar.tm_min = Int32(truncatingIfNeeded: numbers[4])
        unsafe calendar.tm_sec = Int32(truncatingIfNeeded: numbers[5])
        let milliseconds = unsafe Int64(timegm(&calendar)) * 1000 + numbers[6]
        guard (0..<253_402_300_800_000).contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
        // What the calendar had to correct, the 31st of April, was no time.
        guard description == text else { return nil }
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
