// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// The signals of a service, as something to wait for instead of something that interrupts.
package struct Signals: ~Copyable {
    /// What a signal asks for.
    package enum Request: Equatable, Sendable {
        /// `SIGTERM` and `SIGINT`: stop cleanly.
        case stop
        /// `SIGHUP`: look at everything again.
        case reload
    }

    /// Becomes readable when a signal has come.
    package var descriptor: Int32 { source.number }

    private let source: OwnedDescriptor

    /// From now on the signals wait here; `SIGPIPE` is ignored, because writes report the fact.
    package init() throws(ServiceError) {
        signal(SIGPIPE, SIG_IGN)
        source = try serving { () throws(FileError) in
            try Waiting.signals([SIGTERM, SIGINT, SIGHUP])
        }
    }

    /// The next request that has come, or nil; never waits.
    package func next() throws(ServiceError) -> Request? {
        let number = try serving { () throws(FileError) in try Waiting.nextSignal(source) }
        return number.map { $0 == SIGHUP ? .reload : .stop }
    }
}

/// Waits until one of the descriptors has something to read or the deadline has come.
///
/// Without a deadline it waits for ever; calls `poll`.
package func wait(
    for descriptors: [Int32], until deadline: SuspendingClock.Instant?
) throws(ServiceError) -> Set<Int32> {
    let limit = deadline.map { max(.zero, SuspendingClock.now.duration(to: $0)) }
    return try serving { () throws(FileError) in
        try Waiting.ready(descriptors, within: limit)
    }
}
