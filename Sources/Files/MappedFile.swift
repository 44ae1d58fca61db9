// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A regular file mapped read-only into memory for as long as this object lives.
///
/// Pages arrive when they are touched and may be dropped again under pressure, so a file larger
/// than memory can be mapped. Sharing between threads is safe because nothing here ever changes;
/// somebody who truncates the file while it is mapped ends the process, as with any mapping.
@safe
package final class MappedFile: @unchecked Sendable {
    /// Size in bytes.
    package let count: Int
    /// The content, valid while this object lives.
    package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(mapping) }

    private let mapping: UnsafeMutableRawBufferPointer

    /// Maps a file; calls `open`, `fstat` and `mmap`.
    ///
    /// - Throws: `FileError`; a directory is `EISDIR`, anything else that is not a regular file
    ///   is `EINVAL`.
    package init(path text: String) throws(FileError) {
        let path = Path(text)
        let file = try OwnedDescriptor(path, .read)
        let status = try FileStatus(of: file, path)
        guard status.kind == .file else {
            let reason = status.kind == .directory ? EISDIR : EINVAL
            throw FileError(operation: "map", path: path.description, errno: reason)
        }
        count = Int(status.bytes)
        guard count > 0 else {
            unsafe mapping = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            return
        }
        let (length, number) = (count, file.number)
        var start: UnsafeMutableRawPointer? = nil
        try retrying("map", path) { () -> Int in
            unsafe start = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, number, 0)
            return unsafe start == MAP_FAILED ? -1 : 1
        }
        unsafe mapping = UnsafeMutableRawBufferPointer(start: start, count: length)
    }

    deinit {
        if let start = unsafe mapping.baseAddress { _ = unsafe munmap(start, count) }
    }
}
