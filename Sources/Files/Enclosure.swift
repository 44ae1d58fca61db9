// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A directory that no path leaves: names from strangers are opened beneath it or not at all.
///
/// Links are followed as long as they stay inside. Where the kernel has no `openat2` (before Linux
/// 5.6, or hidden by a container), no link is followed at all.
package struct Enclosure: ~Copyable {
    private let directory: OwnedDescriptor
    private let root: Path
    private let isClosed: Bool

    /// Opens the directory, which may itself be reached through links.
    ///
    /// With `closed` false links may lead anywhere: for the files of whoever runs the program.
    package init(_ path: Path, closed: Bool = true) throws(FileError) {
        directory = try OwnedDescriptor(path, .directory)
        root = path
        isClosed = closed
    }

    /// Opens something beneath for reading, without waiting for a FIFO's writer; calls `openat2`
    /// with `RESOLVE_BENEATH`.
    ///
    /// What was opened may be anything: ask `FileStatus`.
    ///
    /// - Throws: `FileError` with `EXDEV` or `ELOOP` when a link leads outside or in circles,
    ///   `ENOENT` or `ENOTDIR` when nothing has that name, `ENXIO` for a socket.
    package func open(_ path: Path) throws(FileError) -> OwnedDescriptor {
        try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    }

    /// The names in a directory beneath, the empty path for the enclosure itself, in byte order.
    package func names(in path: Path) throws(FileError) -> [[UInt8]] {
        let path = path.bytes.isEmpty ? Path(".") : path
        let folder = try open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return try Directory.names(in: folder, root.appending(path))
    }

    /// Does something with a name beneath a root, whatever happens meanwhile to the folders on the
    /// way there.
    ///
    /// The name's folder is opened beneath the root, and no link is followed on the way; `work` gets a
    /// path that leads into that very folder, such as `/proc/self/fd/7/name` (proc(5)). The name
    /// itself may be a link: that is for `work` to mind.
    ///
    /// - Throws: `ENOENT` where there is no such folder, or a link in its place; what `work` throws,
    ///   which names the file as `path` does.
    package static func pinning<Value: ~Copyable>(
        _ path: Path, beneath root: Path, _ work: (Path) throws(FileError) -> Value
    ) throws(FileError) -> Value {
        let parent = path.parent
        let folder =
            parent.bytes.isEmpty
            ? try OwnedDescriptor(root, .directory) : try Enclosure(root).folder(parent)
        let pin = Path("/proc/self/fd/\(folder.number)")
        do throws(FileError) {
            return try work(pin.appending(Path(bytes: path.name)))
        } catch {
            guard error.path.hasPrefix(pin.description) else { throw error }
            let rest = error.path.dropFirst(pin.description.count)
            throw FileError(
                operation: error.operation, path: root.appending(parent).description + rest,
                errno: error.errno)
        }
    }

    private func folder(_ path: Path) throws(FileError) -> OwnedDescriptor {
        do throws(FileError) {
            return try open(
                path, Int32(CLINUX_PATH) | O_DIRECTORY | O_CLOEXEC, followingLinks: false)
        } catch {
            guard [ELOOP, EXDEV, ENOTDIR].contains(error.errno) else { throw error }
            throw FileError(operation: error.operation, path: error.path, errno: ENOENT)
        }
    }

    private func open(
        _ path: Path, _ flags: Int32, followingLinks: Bool = true
    ) throws(FileError) -> OwnedDescriptor {
        precondition(
            path.bytes.first != UInt8(ascii: "/"), "a path beneath a directory is relative")
        let (number, full) = (directory.number, root.appending(path))
        // EAGAIN: something was renamed meanwhile, and the kernel could not be sure.
        for _ in 0..<100 {
            let file = passing("open", full) {
                isClosed
                    ? unsafe clinux_open_beneath(
                        number, path.cString, flags, followingLinks ? 1 : 0)
                    : unsafe clinux_open_at(number, path.cString, flags)
            }
            if file >= 0 { return OwnedDescriptor(adopting: file) }
            switch errno {
            case EAGAIN, EINTR: continue
            case ENOSYS where isClosed, EPERM where isClosed: return try walk(path, flags)
            default: throw FileError(operation: "open", path: full.description, errno: errno)
            }
        }
        throw FileError(operation: "open", path: full.description, errno: EAGAIN)
    }

    /// The same, folder by folder, following no link; calls `openat`.
    private func walk(_ path: Path, _ flags: Int32) throws(FileError) -> OwnedDescriptor {
        let (number, full) = (directory.number, root.appending(path))
        var place = OwnedDescriptor(
            adopting: try retrying("open", full) { fcntl(number, F_DUPFD_CLOEXEC, 3) })
        let components = path.components
        for (index, component) in components.enumerated() {
            guard component != Array("..".utf8) else {
                throw FileError(operation: "open", path: full.description, errno: EXDEV)
            }
            let isLast = index == components.count - 1
            let wanted = isLast ? flags : O_RDONLY | O_DIRECTORY | O_CLOEXEC
            let folder = place.number
            let next = try retrying("open", full) {
                unsafe clinux_open_at(folder, Path(bytes: component).cString, wanted | O_NOFOLLOW)
            }
            place = OwnedDescriptor(adopting: next)
        }
        return place
    }
}
