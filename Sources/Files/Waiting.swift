// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Descriptors that become readable when something happens, and the one call that waits for them.
package enum Waiting {
    /// The descriptors, out of those given, that have something to read; calls `poll`.
    ///
    /// Waits at most for the given time, or for ever when it is nil.
    package static func ready(
        _ descriptors: [Int32], within limit: Duration?
    ) throws(FileError) -> Set<Int32> {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var milliseconds: Int32 = -1
        if let limit {
            let (seconds, rest) = limit.components
            // Rounded up, so that a deadline has passed when the wait for it ends.
            let wanted = seconds * 1000 + (rest + 999_999_999_999_999) / 1_000_000_000_000_000
            milliseconds = Int32(max(0, min(wanted, 3_600_000)))
        }
        let count = passing("wait for", Path("descriptors")) {
            unsafe poll(&entries, nfds_t(entries.count), milliseconds)
        }
        guard count >= 0 || errno == EINTR else {
            throw FileError(operation: "wait for", path: "descriptors", errno: errno)
        }
        return count > 0 ? Set(entries.lazy.filter { $0.revents != 0 }.map(\.fd)) : []
    }

    /// Delivers these signals to the whole process as something to read; calls `sigaction`.
    ///
    /// Not `signalfd`: that needs the signal blocked in every thread, and libraries start threads
    /// before `main` does anything. Once for a process: a later call takes the signals over.
    package static func signals(_ numbers: [Int32]) throws(FileError) -> OwnedDescriptor {
        let label = Path("signals")
        let pipe = try Pipe()
        // The handlers' end stays open for as long as the process lives.
        let end = try retrying("watch", label) { fcntl(pipe.writing.number, F_DUPFD_CLOEXEC, 3) }
        try retrying("watch", label) { fcntl(end, F_SETFL, O_NONBLOCK) }
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers {
            try retrying("watch", label) { clinux_note(number, end) }
            unsafe sigaddset(&set, number)
        }
        // Whoever started this process may have blocked them.
        try retrying("unblock", label) { unsafe sigprocmask(SIG_UNBLOCK, &set, nil) }
        return pipe.takeReading()
    }

    /// The number of the next signal that waits in a descriptor of `signals(_:)`, or nil.
    package static func nextSignal(
        _ descriptor: borrowing OwnedDescriptor
    ) throws(FileError) -> Int32? {
        do throws(FileError) {
            return try descriptor.read(upTo: 1, Path("signals")).first.map(Int32.init)
        } catch {
            guard error.errno == EAGAIN else { throw error }
            return nil
        }
    }

    /// Becomes readable when a child process ends; calls `pidfd_open`.
    package static func end(ofProcess id: Int32) throws(FileError) -> OwnedDescriptor {
        OwnedDescriptor(
            adopting: try retrying("watch", Path("process \(id)")) { clinux_pidfd_open(id) })
    }

    /// The processor time that all threads of a process have used, or nil when there is no such
    /// process; calls `clock_getcpuclockid` and `clock_gettime`.
    package static func processorTime(ofProcess id: Int32) -> Duration? {
        var time = timespec()
        guard unsafe clinux_processor_time(id, &time) == 0 else { return nil }
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Ends this process with `SIGKILL` when its parent dies; calls `prctl(PR_SET_PDEATHSIG)`.
    ///
    /// - Returns: false when the parent is no longer `parent`, so that no signal would ever come.
    package static func dieWithParent(_ parent: Int32) -> Bool {
        clinux_die_with_parent(SIGKILL) == 0 && getppid() == parent
    }

    /// Lets other processes go first; calls `setpriority`, whose refusal does no harm.
    package static func beNicer(by level: Int32) {
        _ = clinux_be_nicer(level)
    }

    /// Gives back freed memory, and that of code and constants, which returns as far as it is used
    /// again; calls `malloc_trim`, `dl_iterate_phdr` and `madvise`.
    ///
    /// - Returns: how many segments of programs and libraries took part.
    @discardableResult
    package static func releaseMemory() -> Int {
        Int(clinux_release_code())
    }
}
