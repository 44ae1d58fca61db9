// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Bytes on disk that nobody else sees: a file without a name, gone with its owner.
///
/// However the process ends, the system takes the space back.
package final class ScratchFile {
    private let file: OwnedDescriptor
    private let path: Path

    /// Makes an empty one on the filesystem of `directory`; calls `mkostemp` and `unlink`.
    package init(in directory: Path) throws(FileError) {
        path = directory.appending(".scratch-XXXXXX")
        var pattern = path.cString
        file = OwnedDescriptor(
            adopting: try retrying("make a scratch file in", directory) {
                unsafe mkostemp(&pattern, O_CLOEXEC)
            })
        let made = path
        try retrying("remove the name of", made) { unsafe unlink(pattern) }
    }

    /// Writes all bytes from `offset` on; calls `pwrite`.
    package func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = bytes[done...]
            let position = offset + done
            done += try retrying("write to", path) {
                unsafe rest.withUnsafeBytes {
                    unsafe pwrite(file.number, $0.baseAddress, $0.count, off_t(position))
                }
            }
        }
    }

    /// Reads `count` bytes from `offset` on; what was never written is the caller's bug.
    ///
    /// Calls `pread`.
    package func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let position = offset + done
            let start = done
            let got = try retrying("read from", path) {
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe pread(
                        file.number, $0.baseAddress?.advanced(by: start), count - start,
                        off_t(position))
                }
            }
            precondition(got > 0, "the scratch file ends at \(position)")
            done += got
        }
        return bytes
    }
}
