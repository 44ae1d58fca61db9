// SPDX-License-Identifier: Apache-2.0

internal import Files
@unsafe internal import Glibc

/// Another program of the system, found by the variable `PATH`.
package enum OtherProgram {
    /// Becomes the program, which gets this process's descriptors and environment; calls `execvp`.
    ///
    /// - Throws: `ServiceError.start` when there is none; otherwise nothing comes after it.
    package static func become(_ program: String, words: [String]) throws(ServiceError) -> Never {
        let copies = unsafe ([program] + words).map { unsafe strdup($0) }
        _ = unsafe execvp(program, copies + [nil])
        let reason = FileError(operation: "start", path: program, errno: errno).reason
        unsafe copies.forEach { unsafe free($0) }
        throw .start(program: program, reason: reason)
    }

    /// The lines that a program writes within ten seconds; nil when it fails, is not there, or takes
    /// longer.
    package static func lines(of program: String, words: [String]) -> [String]? {
        do throws(ServiceError) {
            // Its output goes where a child's lines are read.
            let script = #"exec "$0" "$@" >&3 2>/dev/null"#
            var child = try ChildProcess("/bin/sh", words: ["sh", "-c", script, program] + words)
            let deadline = SuspendingClock.now.advanced(by: .seconds(10))
            var lines: [String] = []
            while true {
                let ready = try wait(
                    for: [child.endDescriptor, child.lineDescriptor], until: deadline)
                lines += try child.lines()
                if ready.contains(child.endDescriptor) {
                    lines += try child.lines()
                    return child.end() == .exit(0) ? lines : nil
                }
                guard !ready.isEmpty else { return nil }
            }
        } catch {
            return nil
        }
    }
}
