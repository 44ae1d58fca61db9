// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// What can be done with a directory, given its path.
package enum Directory {
    /// The names in a directory, without `.` and `..`, in byte order; calls `readdir`.
    package static func names(in path: Path) throws(FileError) -> [[UInt8]] {
        var stream: OpaquePointer? = nil
        try retrying("list", path) { () -> Int in
            unsafe stream = unsafe opendir(path.cString)
            return unsafe stream == nil ? -1 : 1
        }
        guard let stream = unsafe stream else { preconditionFailure("a stream was opened") }
        return unsafe try names(of: stream, path)
    }

    /// The same for an open directory; calls `fdopendir`.
    static func names(
        in directory: borrowing OwnedDescriptor, _ path: Path
    ) throws(FileError) -> [[UInt8]] {
        let number = directory.number
        // The stream closes its descriptor, which is therefore one of its own.
        let own = try retrying("list", path) { fcntl(number, F_DUPFD_CLOEXEC, 3) }
        var stream: OpaquePointer? = nil
        let result = passing("list", path) { () -> Int in
            unsafe stream = unsafe fdopendir(own)
            return unsafe stream == nil ? -1 : 1
        }
        guard let stream = unsafe stream, result > 0 else {
            let reason = errno
            _ = close(own)
            throw FileError(operation: "list", path: path.description, errno: reason)
        }
        return unsafe try names(of: stream, path)
    }

    private static func names(
        of stream: OpaquePointer, _ path: Path
    ) throws(FileError) -> [[UInt8]] {
        defer { _ = unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            var entry: UnsafeMutablePointer<dirent>? = nil
            try retrying("list", path) { () -> Int in
                errno = 0
                unsafe entry = unsafe readdir(stream)
                return errno == 0 ? 0 : -1
            }
            guard let entry = unsafe entry else { break }
            var name: [UInt8] = []
            if let start = unsafe clinux_name(entry) {
                let length = unsafe strlen(start)
                for index in 0..<length { unsafe name.append(UInt8(bitPattern: start[index])) }
            }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Makes one directory under a free name, mode 0777 less the mask; calls `mkdir`.
    package static func make(_ path: Path) throws(FileError) {
        try retrying("make the directory", path) { unsafe mkdir(path.cString, 0o777) }
    }

    /// Makes a directory and all that lead to it, durably; existing ones are left as they are.
    package static func ensure(_ path: Path) throws(FileError) {
        do throws(FileError) {
            try make(path)
        } catch {
            switch error.errno {
            case EEXIST:
                guard try isDirectory(path) else { throw error }
                // Whoever made it may have died before its name was durable.
                do throws(FileError) {
                    return try synchronize(path.parent.bytes.isEmpty ? Path(".") : path.parent)
                } catch {
                    // Who may not open the folder around it has not made it either.
                    guard error.errno == EACCES else { throw error }
                    return
                }
            case ENOENT where !path.parent.bytes.isEmpty:
                try ensure(path.parent)
                return try ensure(path)
            default:
                throw error
            }
        }
        try synchronize(path.parent.bytes.isEmpty ? Path(".") : path.parent)
    }

    /// Makes the names in a directory durable; calls `fsync` on the directory.
    package static func synchronize(_ path: Path) throws(FileError) {
        let directory = try OwnedDescriptor(path, .directory)
        try directory.synchronize(path)
    }

    /// Removes a file or a whole directory; what is already gone is no error.
    ///
    /// Symbolic links are removed, never followed. Calls `unlink` and `rmdir`.
    package static func removeTree(_ path: Path) throws(FileError) {
        guard let status = try FileStatus(of: path) else { return }
        guard status.kind == .directory else { return try remove(path) }
        for name in try names(in: path) { try removeTree(path.appending(Path(bytes: name))) }
        try removeEmpty(path)
    }

    /// Removes a directory in which nothing is; calls `rmdir`.
    package static func removeEmpty(_ path: Path) throws(FileError) {
        try retrying("remove the directory", path) { unsafe rmdir(path.cString) }
    }

    /// Removes one file; calls `unlink`.
    package static func remove(_ path: Path) throws(FileError) {
        try retrying("remove", path) { unsafe unlink(path.cString) }
    }

    /// Makes everything below a directory durable, files first, then the directories' names.
    package static func synchronizeTree(_ path: Path) throws(FileError) {
        for name in try names(in: path) {
            let entry = path.appending(Path(bytes: name))
            switch try FileStatus(of: entry)?.kind {
            case .directory: try synchronizeTree(entry)
            case .file: try OwnedDescriptor(entry, .readWithoutLink).synchronize(entry)
            default: continue
            }
        }
        try synchronize(path)
    }

    /// Whether the path leads to a directory, through links if need be; calls `stat`.
    private static func isDirectory(_ path: Path) throws(FileError) -> Bool {
        var status = stat()
        do throws(FileError) {
            try retrying("examine", path) { unsafe stat(path.cString, &status) }
        } catch {
            // A link that leads nowhere is none; of what cannot be examined nobody knows.
            guard [ENOENT, ENOTDIR, ELOOP].contains(error.errno) else { throw error }
            return false
        }
        return mode_t(clinux_kind(status.st_mode)) == S_IFDIR
    }
}
