// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Files
internal import Glibc

/// What the service manager is told; without one (no `NOTIFY_SOCKET`), nothing happens.
package enum Notifier {
    /// The service works: everything that waited at the start has been found.
    package static func ready() { send("READY=1") }

    /// The service reads everything again; ``ready()`` is due when it has.
    ///
    /// A manager that asked for it (`Type=notify-reload`) compares the time.
    package static func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(SystemClock.monotonicMicroseconds)")
    }

    /// The service needs this much longer for what it is doing: to start or to stop.
    package static func extend(by time: Duration) {
        let (seconds, attoseconds) = time.components
        send("EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)")
    }

    /// The service is on its way out.
    package static func stopping() { send("STOPPING=1") }

    /// One line for `systemctl status`; line breaks become spaces.
    package static func status(_ text: String) {
        send("STATUS=" + String(text.map { $0.isNewline ? " " : $0 }))
    }

    /// Sign of life, due at least every `watchdogInterval`.
    package static func alive() { send("WATCHDOG=1") }

    /// How long the manager waits for a sign of life, or nil when it does not; calls
    /// `sd_watchdog_enabled`, which reads `WATCHDOG_USEC` and `WATCHDOG_PID`.
    package static var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    /// Calls `sd_notify`; a manager that does not listen is no reason to stop working.
    private static func send(_ state: String) {
        _ = unsafe sd_notify(0, state)
    }
}
