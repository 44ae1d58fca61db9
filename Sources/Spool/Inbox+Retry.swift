// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// What comes back from the outbox to be tried again, beside the request itself.
extension Inbox {
    /// The bytes of a small file beside a request; nil when there is none that can be read.
    package func content(of file: Arrival, limit: Int) -> [UInt8]? {
        do throws(FileError) {
            return try WholeFile.read(root.appending(file.path), limit: limit)
        } catch {
            // Whatever it is, it is not what is asked for.
            return nil
        }
    }

    /// Removes what is left of an earlier try once its request is accepted.
    ///
    /// In a folder `NAME.failed` that came back as a whole, files that still lie in their old place
    /// beside it are removed as well, and the folder itself when nothing else is in it.
    package func clear(_ remains: [Arrival], files names: [String]) throws(SpoolError) {
        try spooling { () throws(FileError) in
            for file in remains { try Directory.removeTree(root.appending(file.path)) }
            guard let folder = remains.first.map({ root.appending($0.path.parent) }),
                folder.name.reversed().starts(with: ".failed".utf8.reversed())
            else { return }
            for name in names {
                let (copy, old) = (folder.appending(name), folder.parent.appending(name))
                guard try FileStatus(of: copy)?.kind == .file,
                    try FileStatus(of: old)?.kind == .file, try WholeFile.areEqual(copy, old)
                else { continue }
                try Directory.remove(copy)
            }
            do throws(FileError) {
                try Directory.removeEmpty(folder)
            } catch {
                guard [ENOTEMPTY, EEXIST, ENOENT].contains(error.errno) else { throw error }
            }
        }
    }
}
