// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A file's content once more under another name, by the cheapest means that the disk offers.
package enum FileCopy {
    /// Bytes that are copied and made durable before `goOn` is asked again.
    package static let piece = 64 << 20

    /// Copies what an open file holds into a new file, durably but for the new name.
    ///
    /// Shares the blocks where the file system can (`FICLONE`), else lets the kernel copy
    /// (`copy_file_range`), else reads and writes. `goOn` is asked after every ``piece``.
    ///
    /// - Returns: the number of bytes; a file that grows meanwhile is copied up to the limit.
    /// - Throws: `FileError` with the operation `read` where the source is to blame; with `EFBIG`
    ///   and `read` when there is more than `limit`; with `ECANCELED` when `goOn` answered false.
    @discardableResult
    package static func copy(
        _ source: borrowing OwnedDescriptor, _ name: Path, to target: Path, limit: Int64,
        while goOn: () -> Bool = { true }
    ) throws(FileError) -> Int64 {
        let copy = try OwnedDescriptor(target, .create)
        let (from, to) = (source.number, copy.number)
        if passing("share", target, { clinux_clone(to, from) }) == 0 {
            try copy.synchronize(target)
            let status = try FileStatus(of: copy, target)
            guard status.bytes <= limit else {
                throw FileError(operation: "read", path: name.description, errno: EFBIG)
            }
            try copy.close(target)
            return status.bytes
        }
        var (total, pending) = (Int64(0), 0)
        var isByKernel = true
        while true {
            let wanted = Int(min(limit + 1 - total, Int64(piece - pending)))
            var count =
                isByKernel ? passing("write", target) { clinux_copy(from, to, wanted) } : 0
            if count < 0 {
                let reason = errno
                guard ![ENOSPC, EDQUOT].contains(reason) else {
                    throw FileError(operation: "write", path: target.description, errno: reason)
                }
                isByKernel = false
                continue
            }
            if count == 0 {
                // The end, or a file system that only knows plain reading; which also tells the
                // failures of the one file from those of the other.
                let bytes = try source.read(upTo: min(wanted, 1 << 20), name)
                if bytes.isEmpty { break }
                try copy.write(bytes, target)
                count = bytes.count
            }
            total += Int64(count)
            pending += count
            guard total <= limit else {
                throw FileError(operation: "read", path: name.description, errno: EFBIG)
            }
            guard pending >= piece else { continue }
            pending = 0
            try copy.synchronize(target)
            guard goOn() else {
                throw FileError(operation: "copy", path: name.description, errno: ECANCELED)
            }
        }
        try copy.synchronize(target)
        try copy.close(target)
        return total
    }
}
