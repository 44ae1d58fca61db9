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
        /// A name that was removed or moved away, and with a folder all below it.
        case departed(Path, isFolder: Bool)
        /// Events were lost: search everything.
        case everything
        /// The watched folder itself may have gone, or another may have its name.
        case root
    }

    /// Becomes readable when there are hints.
    package var descriptor: Int32 { inotify.descriptor }

    private let root: Path
    private let inotify: Notifications
    /// Folders by watch descriptor, relative to the root.
    private var folders: [Int32: Path] = [:]
    /// The watch of the folder around the root, which tells when the root's name is taken away or
    /// given again.
    private var surroundings: Int32?
    /// Hints that were read while something else was waited for.
    private var pending: [Hint] = []

    /// Starts with no folder watched.
    package init(root: Path) throws(FileError) {
        inotify = try Notifications()
        self.root = root
    }

    /// Watches one folder, given relative to the root.
    ///
    /// The folder may be gone or no longer a folder: that is no error, there is nothing to see.
    package mutating func add(_ folder: Path) throws(FileError) {
        let mask =
            IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB
            | IN_DELETE_SELF | IN_MOVE_SELF
        var flags = UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)
        // The inbox itself may be a link, which the administrator made; links inside it are not
        // followed, because anybody may make those.
        if !folder.bytes.isEmpty { flags |= UInt32(IN_DONT_FOLLOW) }
        // The same folder under another name keeps its descriptor: the new name is the right one.
        if let watch = try watch(root.appending(folder), UInt32(mask) | flags) {
            folders[watch] = folder
        }
    }

    /// Watches the folder around the root, so that the root's return is noticed at once.
    package mutating func addSurroundings() throws(FileError) {
        let mask =
            IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
            | IN_ONLYDIR
        let parent = root.parent
        surroundings = try watch(parent.bytes.isEmpty ? Path(".") : parent, UInt32(mask))
    }

    private func watch(_ path: Path, _ flags: UInt32) throws(FileError) -> Int32? {
        do throws(FileError) {
            return try inotify.add(path, mask: flags)
        } catch {
            guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
            return nil
        }
    }

    /// The hints that have come since the last call, oldest first; never waits.
    package mutating func hints() throws(FileError) -> [Hint] {
        var hints = pending
        pending = []
        while true {
            let bytes = try inotify.read()
            guard !bytes.isEmpty else { return hints }
            var rest = bytes[...]
            while let event = Event(from: &rest) {
                if let hint = hint(event) { hints.append(hint) }
            }
        }
    }

    /// Whether events really come: makes a hidden file in the root, which must be watched, removes it
    /// at once, and waits for its event.
    ///
    /// - Throws: `FileError` when the file cannot be made, so that nothing is proven.
    package mutating func hearsItself(
        within limit: Duration = .seconds(1)
    ) throws(FileError) -> Bool {
        let name = Path(".rushes-watch")
        let file = root.appending(name)
        // A leftover of a crash in between.
        try Directory.removeTree(file)
        _ = try OwnedDescriptor(file, .create)
        try Directory.remove(file)
        return try hears(name, within: limit)
    }

    /// Whether an event of this name comes; hints of other names are kept for `hints`.
    package mutating func hears(
        _ name: Path, within limit: Duration
    ) throws(FileError) -> Bool {
        let end = SuspendingClock.now.advanced(by: limit)
        while true {
            pending = try hints()
            // Where events were lost, there were some.
            if pending.contains(.file(name)) || pending.contains(.everything) {
                pending.removeAll { $0 == .file(name) }
                return true
            }
            let rest = SuspendingClock.now.duration(to: end)
            guard rest > .zero else { return false }
            _ = try Waiting.ready([descriptor], within: rest)
        }
    }

    private mutating func hint(_ event: Event) -> Hint? {
        if event.has(IN_Q_OVERFLOW) { return .everything }
        let isOver = event.has(IN_DELETE_SELF) || event.has(IN_MOVE_SELF) || event.has(IN_UNMOUNT)
        if event.watch == surroundings {
            if event.has(IN_IGNORED) { surroundings = nil }
            return isOver || event.name == root.name ? .root : nil
        }
        guard let folder = folders[event.watch] else { return nil }
        if isOver { return folder.bytes.isEmpty ? .root : nil }
        if event.has(IN_IGNORED) {
            folders[event.watch] = nil
            return nil
        }
        let path = folder.appending(Path(bytes: event.name))
        let isFolder = event.has(IN_ISDIR)
        if event.has(IN_MOVED_FROM) || event.has(IN_DELETE) {
            if isFolder { forget(path) }
            return .departed(path, isFolder: isFolder)
        }
        guard isFolder else { return .file(path) }
        if event.has(IN_CREATE) || event.has(IN_MOVED_TO) { return .folder(path) }
        // Its rights changed: one that could not be read may be readable now.
        return folders.values.contains(path) ? nil : .folder(path)
    }

    /// Stops watching a folder that moved away, and all below it.
    private mutating func forget(_ folder: Path) {
        for (watch, path) in folders where path.relative(to: folder) != nil {
            inotify.remove(watch)
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
