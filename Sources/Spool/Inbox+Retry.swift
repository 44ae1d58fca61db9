// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// What comes back from the outbox to be tried again, beside the request itself.
extension Inbox {
    /// The bytes of a small file beside a request; nil when there is none that can be read.
    package func content(of file: Arrival, limit: Int) -> [UInt8]? {
        do throws(FileError) {
            return try Enclosure.pinning(file.path, beneath: root) {
                (file: Path) throws(FileError) in try WholeFile.read(file, limit: limit)
            }
        } catch {
            // Whatever it is, it is not what is asked for.
            return nil
        }
    }

    /// Removes what is left of an earlier try once its request is accepted.
    ///
    /// In a folder `NAME.failed` that came back as a whole, files that still lie in their old place
    /// beside it are removed as well, and the folder itself when nothing else is in it. No link is
    /// followed to any of them.
    package func clear(_ remains: [Arrival], files names: [String]) throws(SpoolError) {
        try spooling { () throws(FileError) in
            for file in remains { try unlessGone(file.path, Directory.remove) }
            guard let folder = remains.first?.path.parent,
                folder.name.reversed().starts(with: ".failed".utf8.reversed())
            else { return }
            for name in names {
                let (copy, old) = (folder.appending(name), folder.parent.appending(name))
                try unlessGone(copy) { (copy: Path) throws(FileError) in
                    try unlessGone(old) { (old: Path) throws(FileError) in
                        guard try FileStatus(of: copy)?.kind == .file,
                            try FileStatus(of: old)?.kind == .file,
                            try WholeFile.areEqual(copy, old)
                        else { return }
                        try Directory.remove(copy)
                    }
                }
            }
            do throws(FileError) {
                try unlessGone(folder, Directory.removeEmpty)
            } catch {
                guard [ENOTEMPTY, EEXIST, ENOTDIR].contains(error.errno) else { throw error }
            }
        }
    }

    private func unlessGone(
        _ path: Path, _ work: (Path) throws(FileError) -> Void
    ) throws(FileError) {
        do throws(FileError) {
            try Enclosure.pinning(path, beneath: root, work)
        } catch {
            guard error.errno == ENOENT else { throw error }
        }
    }
}
