// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// What one search saw.
struct Sweep {
    /// The requests that are there, ready or not.
    var requests: Set<Path> = []
    private var hasher = Hasher()

    /// Differs, most likely, when another search saw another name or another request.
    var impression: Int { hasher.finalize() }

    mutating func see(_ name: [UInt8]) { hasher.combine(name) }

    mutating func see(_ path: Path, _ status: FileStatus?) {
        requests.insert(path)
        hasher.combine(status?.inode)
        hasher.combine(status?.bytes)
        hasher.combine(status?.changed)
    }
}

/// Searching folders, one by one, and looking at what has a request's name.
extension Inbox {
    /// Searches the folders that no event can be trusted to come from.
    mutating func poll(at now: Settling.Instant) -> [Path] {
        var ready: [Path] = []
        var seen: [Path: Int] = [:]
        for folder in polling.outermost {
            var sweep = Sweep()
            if let device = deviceOfFolder(folder) {
                ready += search(folder, device: device, &sweep, at: now)
            } else {
                polling.forget(folder)
            }
            depart(offered.keys.filter { $0.isBelow(folder) && !sweep.requests.contains($0) })
            seen[folder] = sweep.impression
        }
        polling.note(seen, at: now)
        return ready
    }

    /// Looks at a folder that just appeared.
    mutating func folder(_ path: Path, at now: Settling.Instant) -> [Path] {
        guard !InboxName.isRequest(path) else { return look(at: path, now) }
        guard let device = deviceOfFolder(path) else { return [] }
        var sweep = Sweep()
        return search(path, device: device, &sweep, at: now)
    }

    /// The device of a folder, or nil when it is none.
    private func deviceOfFolder(_ path: Path) -> UInt64? {
        let place = path.bytes.isEmpty ? Path(".") : path
        guard let status = status(of: place), status.kind == .directory else { return nil }
        return status.device
    }

    /// Watches first and lists then, so that nothing can arrive in between unseen.
    mutating func search(
        _ folder: Path, device: UInt64, _ sweep: inout Sweep, at now: Settling.Instant
    ) -> [Path] {
        let components = folder.components
        guard components.count <= Self.depthLimit, components.allSatisfy(InboxName.isSearched)
        else { return [] }
        cover(folder, device: device)
        var ready: [Path] = []
        do throws(FileError) {
            for name in try names(in: folder) {
                let path = folder.appending(Path(bytes: name))
                sweep.see(name)
                if InboxName.isRequest(name) {
                    sweep.see(path, status(of: path))
                    ready += look(at: path, now)
                } else if InboxName.isSearched(name), let status = status(of: path) {
                    if status.kind == .directory {
                        ready += search(path, device: status.device, &sweep, at: now)
                    } else if InboxName.isDrop(path) {
                        sweep.see(path, status)
                        ready += look(at: path, now)
                    }
                }
            }
        } catch {
            let isNew = status(of: folder) != nil && !troubles.contains(error.description)
            if isNew { troubles.append(error.description) }
        }
        return ready
    }

    /// Watches a folder, and has it searched by the clock where watching is not enough.
    private mutating func cover(_ folder: Path, device: UInt64) {
        var reason = doubt
        do throws(FileError) {
            try watch?.add(folder)
        } catch {
            // A folder that must not be read cannot be searched by the clock either.
            reason = error.errno == EACCES ? nil : .unwatched(error)
        }
        if reason == nil, let kind = kind(of: device, at: folder) {
            reason = .fileSystem(kind, folder: folder)
        }
        polling.set(folder, reason)
    }

    /// What a device is, asked once for every whole search.
    private mutating func kind(of device: UInt64, at folder: Path) -> RemoteFileSystem? {
        if let known = kinds[device] { return known }
        do throws(FileError) {
            let magic = try FileSystem.magic(of: root.appending(folder))
            kinds[device] = .some(RemoteFileSystem(magic: magic))
            return RemoteFileSystem(magic: magic)
        } catch {
            // It is gone; whatever comes in its place is asked.
            return nil
        }
    }

    /// Takes note that requests may have gone, as far as they have.
    mutating func depart(_ paths: [Path]) {
        for path in paths where offered[path] != nil {
            do throws(FileError) {
                guard try Self.status(of: path, in: root) == nil else { continue }
            } catch {
                // It cannot be seen, which does not mean that it has gone.
                continue
            }
            offered[path] = nil
            departures.append(Arrival(path))
        }
    }

    /// The path itself when it is a request that is ready, otherwise nothing.
    mutating func look(at path: Path, _ now: Settling.Instant) -> [Path] {
        guard InboxName.isOffered(path) else { return [] }
        let isDrop = InboxName.isDrop(path)
        let status = status(of: path)
        // A link, a pipe or a folder is nothing to make a video of.
        if isDrop, let status, status.kind != .file { return [] }
        if let status, held[path] == status || settled[path] == status { return [] }
        held[path] = nil
        // What was answered once and has not changed is not read again.
        let isKnown = status != nil && offered[path] == status
        let isWhole = isKnown || !isDrop && status?.kind == .file && isWhole(path)
        let root = root
        let isReady = settling.observe(path, status, isComplete: isWhole, at: now) {
            hasWriter(path, beneath: root)
        }
        guard isReady else { return [] }
        offered[path] = status
        return [path]
    }

    private func isWhole(_ path: Path) -> Bool {
        switch RequestFile.read(path, beneath: root) {
        case .success(let bytes): isComplete(bytes)
        // When it stays so, it is claimed as it is, and refused with a reason. A second name is
        // normal for a moment, while a file is linked into place.
        case .failure: false
        }
    }

    /// The names of the drops beside a drop, itself among them.
    package func drops(beside arrival: Arrival) -> [String] {
        let folder = arrival.path.parent
        do throws(FileError) {
            return try names(in: folder).filter { name in
                let path = folder.appending(Path(bytes: name))
                return InboxName.isDrop(path) && status(of: path)?.kind == .file
            }.map { String(decoding: $0, as: UTF8.self) }
        } catch {
            // It went away in this moment.
            return [arrival.name]
        }
    }

    /// The names in a folder, which no link leads to.
    private func names(in folder: Path) throws(FileError) -> [[UInt8]] {
        try Enclosure.pinning(folder.appending("."), beneath: root) {
            (place: Path) throws(FileError) in try Directory.names(in: place)
        }
    }

    /// The status of a name; nil where there is none, or a link in place of a folder on the way.
    static func status(of path: Path, in root: Path) throws(FileError) -> FileStatus? {
        do throws(FileError) {
            return try Enclosure.pinning(path, beneath: root) { (file: Path) throws(FileError) in
                try FileStatus(of: file)
            }
        } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
    }

    func status(of path: Path) -> FileStatus? {
        do throws(FileError) {
            return try Self.status(of: path, in: root)
        } catch {
            // A name that cannot even be examined is treated as absent; a later search asks again.
            return nil
        }
    }
}

/// Whether somebody is known to have a file of the inbox open for writing.
func hasWriter(_ path: Path, beneath root: Path) -> Bool {
    do throws(FileError) {
        return try Enclosure.pinning(path, beneath: root) { (file: Path) throws(FileError) in
            Writers(of: try OwnedDescriptor(file, .readWithoutLink), file) == .some
        }
    } catch {
        // Nobody can tell: the pause has to do.
        return false
    }
}

extension PollingReason {
    /// Why the system watches no more.
    static func unwatched(_ error: FileError) -> Self {
        switch error.errno {
        case ENOSPC: .watchLimit(limit("max_user_watches"))
        case EMFILE where error.operation == "start": .instanceLimit(limit("max_user_instances"))
        default: .refused(error.description)
        }
    }

    /// A limit as the system has it now; nil where the service may not see it.
    private static func limit(_ name: String) -> String? {
        do throws(FileError) {
            let file = Path("/proc/sys/fs/inotify").appending(name)
            let text = String(decoding: try WholeFile.read(file, limit: 64), as: UTF8.self)
            return String(text.prefix { $0.isNumber })
        } catch {
            return nil
        }
    }
}

extension Path {
    /// Whether the path is the folder itself or lies in it; the empty folder holds everything.
    func isBelow(_ folder: Path) -> Bool {
        folder.bytes.isEmpty || self == folder
            || bytes.starts(with: folder.bytes + [UInt8(ascii: "/")])
    }
}
