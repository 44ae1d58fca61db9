// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// Results made in the foreground: filled in a hidden folder, handed over when complete.
package struct Delivery: ~Copyable {
    /// The hidden folder to fill.
    package var output: String { work.text }

    private let work: Path
    private let target: Path

    /// Makes the target when it is missing, and an empty hidden folder inside it.
    package init(to folder: String) throws(SpoolError) {
        let target = Path(folder)
        let work = target.appending(".rushes-\(getpid())")
        try spooling { () throws(FileError) in
            try Directory.ensure(target)
            try Directory.removeTree(work)
            try Directory.make(work)
        }
        self.target = target
        self.work = work
    }

    deinit {
        do throws(FileError) {
            try Directory.removeTree(work)
        } catch {
            // Only a hidden leftover, after a failure that has been reported already.
        }
    }

    /// Writes one more file into the hidden folder.
    package func write(_ bytes: [UInt8], as name: String) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try WholeFile.write(bytes, to: work.appending(name))
        }
    }

    /// Moves everything into the target, replacing what an earlier run left under the same names.
    package consuming func finish() throws(SpoolError) {
        try spooling { () throws(FileError) in
            try Directory.synchronizeTree(work)
            for name in try Directory.names(in: work) {
                let place = target.appending(Path(bytes: name))
                try Directory.removeTree(place)
                try Renaming.move(work.appending(Path(bytes: name)), to: place)
            }
        }
    }
}
