// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Makes one call on the system: every one that can fail passes here, so that a ``FaultPlan`` can
/// fail it.
///
/// - Returns: what the call answered; when that is negative, `errno` has the reason.
func passing(_ operation: String, _ path: Path, _ call: () -> Int) -> Int {
    guard let plan = FaultPlan.current else { return call() }
    return plan.pass(operation, path, call)
}

/// The same for calls that return a C `int`.
func passing(_ operation: String, _ path: Path, _ call: () -> Int32) -> Int32 {
    Int32(passing(operation, path) { Int(call()) } as Int)
}

/// Makes a system call again while a signal interrupts it, and throws when it fails.
@discardableResult
func retrying(
    _ operation: String, _ path: Path, _ call: () -> Int
) throws(FileError) -> Int {
    while true {
        let result = passing(operation, path, call)
        guard result < 0 else { return result }
        let reason = errno
        guard reason == EINTR else {
            throw FileError(operation: operation, path: path.description, errno: reason)
        }
    }
}

/// The same for calls that return a C `int`.
@discardableResult
func retrying(
    _ operation: String, _ path: Path, _ call: () -> Int32
) throws(FileError) -> Int32 {
    Int32(try retrying(operation, path) { Int(call()) } as Int)
}
