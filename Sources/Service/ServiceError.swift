// SPDX-License-Identifier: Apache-2.0

package import Files

/// Why something between this process and the system did not work.
package enum ServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A call on a descriptor failed.
    case system(FileError)
    /// A program could not be started.
    case start(program: String, reason: String)

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .start(let program, let reason): "cannot start '\(program)': \(reason)"
        }
    }
}

/// Runs descriptor operations and turns their error into the module's.
func serving<Value: ~Copyable>(
    _ work: () throws(FileError) -> Value
) throws(ServiceError) -> Value {
    do throws(FileError) {
        return try work()
    } catch {
        throw .system(error)
    }
}
