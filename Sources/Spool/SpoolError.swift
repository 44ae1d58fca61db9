// SPDX-License-Identifier: Apache-2.0

package import Files

/// Why the queue could not do what it was asked.
package enum SpoolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file operation failed; the job, if any, stays where it was.
    case file(FileError)
    /// Another service works on the same root folder.
    case alreadyServed(root: String, process: Int32?)
    /// A rename between two of the root's folders is impossible.
    case notOneMount(root: String, folder: String)
    /// A request cannot be accepted at this moment: its files change, or the service is stopping.
    case notNow(request: String)
    /// A job folder does not say which request it holds.
    case notAJob(path: String)

    package var description: String {
        switch self {
        case .file(let error):
            error.description
        case .alreadyServed(let root, let process):
            "'\(root)' is already served by "
                + (process.map { "process \($0)" } ?? "another process")
                + ": stop that one first, or choose another --root"
        case .notOneMount(let root, let folder):
            "'\(folder)' is on another mount than the rest of '\(root)', so that nothing can be "
                + "moved there in one step: put inbox, outbox and spool on one file system"
        case .notNow(let request):
            "'\(request)' waits for its files, which are still changing"
        case .notAJob(let path):
            "'\(path)' is not a job folder: its file 'claim' is missing or unreadable"
        }
    }
}

/// Runs file operations and turns their error into the queue's.
func spooling<Value: ~Copyable>(
    _ work: () throws(FileError) -> Value
) throws(SpoolError) -> Value {
    do throws(FileError) {
        return try work()
    } catch {
        throw .file(error)
    }
}
