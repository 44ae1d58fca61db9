// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// The child's side of a `ChildProcess`: it lives and dies with its parent, and reports to it.
package struct Lifeline: Sendable {
    /// Ties this process to its parent: when that dies, the kernel sends this one `SIGKILL`.
    ///
    /// Answers nil when the parent is dead already, so that no signal would ever come. Calls
    /// `prctl` with `PR_SET_PDEATHSIG`.
    package init?(toParent id: Int32) {
        guard Waiting.dieWithParent(id) else { return nil }
        // A report that nobody reads any more would end this process otherwise.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Sends one line to the parent; a parent that no longer listens is no reason to stop.
    package func report(_ line: String) {
        precondition(!line.contains { $0.isNewline }, "a report is one line")
        let bytes = Array((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe write(ChildProcess.reportDescriptor, $0.baseAddress, $0.count)
        }
    }

    /// Lets interactive work go first: niceness `level`, 0 to 19.
    package static func beNicer(by level: Int32) {
        Waiting.beNicer(by: level)
    }
}

/// This process, for a child that is to be tied to it; calls `getpid`.
package var ownProcess: Int32 { getpid() }

/// Gives back freed memory and that of code that is not in use, most of it touched by the linker
/// alone; for a process that lives long and does little.
package func releaseUnusedMemory() {
    Waiting.releaseMemory()
}
