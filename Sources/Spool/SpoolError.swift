// SPDX-License-Identifier: Apache-2.0

package import Files
internal import Glibc

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
    /// A request cannot be read at this moment, and is not to blame.
    case unreadable(request: String, reason: UnreadableRequest)
    /// A folder is not one that a service serves.
    case notARoot(path: String, missing: String)
    /// A name does not mean a refused request in the outbox.
    case notARefusal(name: String, outbox: String)
    /// What is to be tried again was moved into the inbox before, and something of that is there still.
    case retriedAlready(path: String)
    /// A file's name would not be taken for a request.
    case notARequestName(name: String)
    /// A folder to drop into is none of the inbox.
    case outsideInbox(folder: String)
    /// Something else has that name.
    case taken(path: String)
    /// A file that somebody named cannot be read.
    case unreadableFile(path: String, reason: String)
    /// A job folder does not say which request it holds.
    case notAJob(path: String)

    /// Whether anything else would meet the same: no room, no descriptors, no memory, no disk.
    package var isObstacle: Bool {
        guard case .file(let error) = self else { return false }
        return [ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EIO, EROFS, ENODEV, ESTALE]
            .contains(error.errno)
    }

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
                + (folder.hasSuffix("/inbox") ? ", or let requests lie with --claim leave" : "")
        case .unreadable(let request, let reason):
            "'\(request)': \(reason)"
        case .notNow(let request):
            "'\(request)' waits for its files, which are still changing"
        case .notARoot(let path, let missing):
            "'\(path)' is not a folder that the service serves, because it has no folder "
                + "'\(missing)': name it with --root, or start the service there once"
        case .notARefusal(let name, let outbox):
            "'\(name)' is not a refused request: name a folder in '\(outbox)' that ends in "
                + "'.failed' and holds a request.json, such as 'alice/sunset.failed'"
        case .retriedAlready(let path):
            "'\(path)' is in the inbox still, from an earlier try: wait until its request.json has "
                + "been taken, remove what is left there, and retry then; what is retried brings its "
                + "files along"
        case .notARequestName(let name):
            "'\(name)' would not be taken for a request: its name must end in '.json' and not be "
                + "that of a temporary file"
        case .outsideInbox(let folder):
            "'\(folder)' is not a folder of the inbox: give a path below it, without '..'"
        case .taken(let path):
            "'\(path)' is there already and holds something else: rename yours, or use --folder"
        case .unreadableFile(let path, let reason):
            "cannot read '\(path)': \(reason)"
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
