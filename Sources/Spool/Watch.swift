// SPDX-License-Identifier: Apache-2.0

package import Files
internal import Glibc

/// Hints about changes below one folder, from inotify: one watch per folder, never per file.
///
/// Events only say where to look. They can be lost (overflow), name things that are gone again,
/// and never tell of files inside a folder that was moved in: its reader scans.
package struct Watch: ~Copyable {
    /// Something to look at.
    package enum Hint: Equatable {
        /// A name that appeared, was closed by a writer, or changed its rights.
        case file(Path)
        /// A folder that appeared: watch it, then search it.
        case folder(Path)
        /// Events were lost: search everything.
        case everything
        /// The watched folder itself went away.
        case gone
    }

    /// Becomes readable when there are hints.
    package var descriptor: Int32 { inotify.number }

    private let root: Path
    private let inotify: OwnedDescriptor
    /// Folders by watch descriptor, relative to the root.
    private var folders: [Int32: Path] = [:]

    private static let label = Path("inotify")

    /// Starts with no folder watched; calls `inotify_init1`.
    package init(root: Path) throws(FileError) {
        let number = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard number >= 0 else {
            throw FileError(operation: "start", path: "inotify", errno: errno)
        }
        inotify = OwnedDescriptor(adopting: number)
        self.root = root
    }

    /// Watches one folder, given relative to the root; calls `inotify_add_watch`.
    ///
    /// The folder may be gone or no longer a folder: that is no error, there is nothing to see.
    package mutating func add(_ folder: Path) throws(FileError) {
        let mask =
            IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF
            | IN_MOVE_SELF
        var flags = UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)
        // The inbox itself may be a link, which the administrator made; links inside it are not
        // followed, because anybody may make those.
        if !folder.bytes.isEmpty { flags |= UInt32(IN_DONT_FOLLOW) }
        let path = root.appending(folder)
        let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
        let watch = unsafe inotify_add_watch(inotify.number, name, UInt32(mask) | flags)
        guard watch >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return }
            throw FileError(operation: "watch", path: path.description, errno: errno)
        }
        // The same folder under another name keeps its descriptor: the new name is the right one.
        folders[watch] = folder
    }

    /// The hints that have come since the last call, oldest first; never waits.
    package mutating func hints() throws(FileError) -> [Hint] {
        var hints: [Hint] = []
        while true {
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try inotify.read(upTo: 1 << 16, Self.label)
            } catch {
                guard error.errno == EAGAIN else { throw error }
                return hints
            }
            guard !bytes.isEmpty else { return hints }
            var rest = bytes[...]
            while let event = Event(from: &rest) {
                if let hint = hint(event) { hints.append(hint) }
            }
        }
    }

    private mutating func hint(_ event: Event) -> Hint? {
        if event.has(IN_Q_OVERFLOW) { return .everything }
        guard let folder = folders[event.watch] else { return nil }
        if event.has(IN_DELETE_SELF) || event.has(IN_MOVE_SELF) || event.has(IN_UNMOUNT) {
            return folder.bytes.isEmpty ? .gone : nil
        }
        if event.has(IN_IGNORED) {
            folders[event.watch] = nil
            return nil
        }
        let path = folder.appending(Path(bytes: event.name))
        if event.has(IN_MOVED_FROM) {
            if event.has(IN_ISDIR) { forget(path) }
            return nil
        }
        guard event.has(IN_ISDIR) else { return .file(path) }
        return event.has(IN_CREATE) || event.has(IN_MOVED_TO) ? .folder(path) : nil
    }

    /// Stops watching a folder that moved away, and all below it; calls `inotify_rm_watch`.
    private mutating func forget(_ folder: Path) {
        for (watch, path) in folders where path.relative(to: folder) != nil {
            _ = inotify_rm_watch(inotify.number, watch)
            folders[watch] = nil
        }
    }

    /// One `struct inotify_event`: four 32-bit numbers, then a name padded with zeros.
    private struct Event {
        let watch: Int32
        let mask: UInt32
        let name: [UInt8]

        init?(from bytes: inout ArraySlice<UInt8>) {
            guard bytes.count >= 16 else { return nil }
            let head = bytes.prefix(16)
            func number(_ index: Int) -> UInt32 {
                head.dropFirst(index * 4).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
            }
            watch = Int32(bitPattern: number(0))
            mask = number(1)
            let length = Int(number(3))
            name = Array(bytes.dropFirst(16).prefix(length).prefix { $0 != 0 })
            bytes = bytes.dropFirst(16 + length)
        }

        func has(_ flag: some BinaryInteger) -> Bool {
            mask & UInt32(truncatingIfNeeded: flag) != 0
        }
    }
}
