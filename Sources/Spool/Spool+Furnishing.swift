// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// What stands in a new inbox: folders to drop into, and texts to read and to copy.
extension Spool {
    /// Makes files of the inbox, and the folders around them, once in the life of a root folder: what
    /// somebody changes or removes stays so, and what is there is not replaced.
    ///
    /// * `files`: each by its path below the inbox.
    /// - Throws: `SpoolError.file`; the next start tries again.
    package func furnish(_ files: [(path: String, text: String)]) throws(SpoolError) {
        let mark = jobs.parent.appending("furnished")
        try spooling { () throws(FileError) in
            guard claiming == .move, try FileStatus(of: mark) == nil else { return }
            for file in files { try furnish(Path(file.path), Array(file.text.utf8)) }
            try WholeFile.write([], to: mark)
        }
    }

    private func furnish(_ file: Path, _ bytes: [UInt8]) throws(FileError) {
        var folder = Path("")
        for part in file.components.dropLast() {
            folder = folder.appending(Path(bytes: part))
            // Whatever stands in the way is somebody's own.
            let kind = try FileStatus(of: inbox.appending(folder))?.kind
            guard kind == nil || kind == .directory else { return }
            try Directory.ensure(inbox.appending(folder))
        }
        let fresh = jobs.parent.appending(".furnishing")
        try WholeFile.write(bytes, to: fresh)
        do throws(FileError) {
            try Renaming.move(fresh, to: inbox.appending(file))
        } catch {
            try Directory.removeTree(fresh)
            guard error.errno == EEXIST else { throw error }
        }
    }
}
