// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// A request's way into the spool: staged, collected, accepted.
extension Spool {
    /// Begins to accept a request: makes a job folder for it, which counts for nothing yet.
    ///
    /// * `known`: where it lay when it was dropped at first, if not there.
    /// - Returns: nil when the request is gone from the inbox.
    package mutating func stage(
        _ offer: Offer, priority: Int = 0, as known: Arrival? = nil
    ) throws(SpoolError) -> Staging? {
        let arrival = offer.arrival
        let status = try spooling { () throws(FileError) in
            try Inbox.status(of: arrival.path, in: inbox)
        }
        guard let status else { return nil }
        lastMoment = max(WallClock.milliseconds, lastMoment + 1)
        let id = Self.identifier(lastMoment)
        let folder = JobFolder(path: jobs.appending(id))
        try spooling { () throws(FileError) in
            try Directory.make(folder.path)
            if let objection = offer.objection {
                try WholeFile.write(objection.text, to: folder.objectionFile)
            }
        }
        let isDrop = offer.form == .drop
        return Staging(
            offer: offer, id: id, folder: folder, inbox: inbox, status: status,
            path: (known ?? (isDrop ? arrival.request : arrival)).path, priority: priority)
    }

    /// Accepts a request whose files are copied: from now on it is the queue's to finish.
    ///
    /// The request is moved into the job, or copied there where requests are left in the inbox. One
    /// that was accepted before, with the same bytes and the same files, is a duplicate unless it is
    /// a `retry`: it is removed from the inbox, or left where requests are left.
    ///
    /// - Throws: `SpoolError.notNow` when the request changed meanwhile; it is in the inbox then.
    package mutating func accept(
        _ collected: Collected, isRetry: Bool = false
    ) throws(SpoolError) -> Acceptance {
        let staging = collected.staging
        if let entry = try duplicate(collected, isRetry: isRetry) {
            let isKnown = claiming == .leave ? true : try sweep(collected)
            try discard(staging.folder)
            return isKnown ? .duplicate(entry) : .gone
        }
        do throws(SpoolError) {
            try take(collected)
        } catch {
            // The move either happened, and the job stands, or it did not, and the folder is moot.
            guard try exists(staging.folder.request) else {
                try discard(staging.folder)
                switch error {
                case .file(let error) where [ENOENT, ENOTDIR].contains(error.errno): return .gone
                default: throw error
                }
            }
        }
        do throws(SpoolError) {
            try remember(staging.id)
        } catch {
            // The job stands all the same, and its end is written down in its turn.
        }
        return .job(staging.id)
    }

    /// Gives up a request that is being accepted; it stays in the inbox.
    package func abandon(_ staging: Staging) throws(SpoolError) { try discard(staging.folder) }

    /// Removes a duplicate from the inbox, by way of its folder, where nobody writes to it; false when
    /// it is another one by now, which stays.
    private func sweep(_ collected: Collected) throws(SpoolError) -> Bool {
        let staging = collected.staging
        guard case .success = staging.content, collected.isRemovable else { return true }
        let aside = staging.folder.path.appending("duplicate")
        do throws(FileError) {
            return try Enclosure.pinning(staging.arrival.path, beneath: inbox) {
                (source: Path) throws(FileError) in
                do throws(FileError) {
                    try Renaming.move(source, to: aside)
                } catch {
                    guard error.errno == EXDEV else { throw error }
                    guard try isStill(source, staging) else { return false }
                    try Directory.remove(source)
                    try Directory.synchronize(source.parent)
                    return true
                }
                guard try !isStill(aside, staging) else { return true }
                try putBack(aside, to: source)
                return false
            }
        } catch {
            switch error.errno {
            case ENOENT, ENOTDIR: return false
            // It stays, like the first one of its kind.
            case EACCES, EPERM, EROFS: return true
            default: throw .file(error)
            }
        }
    }

    /// Whether a file of the inbox, wherever it was moved, is what was staged.
    private func isStill(_ file: Path, _ staging: Staging) throws(FileError) -> Bool {
        if let original = staging.offer.original { return content(of: file) == original }
        guard let status = try FileStatus(of: file) else { return false }
        let known = staging.status
        return status.kind == .file && status.inode == known.inode && status.bytes == known.bytes
            && status.modified == known.modified
    }

    /// Moves a request back to its name in the inbox; one that was replaced by then is forgotten, as
    /// its sender has forgotten it.
    private func putBack(_ request: Path, to source: Path) throws(FileError) {
        do throws(FileError) {
            try Renaming.move(request, to: source)
        } catch {
            guard error.errno == EEXIST else { throw error }
            try Directory.removeTree(request)
        }
    }

    /// Moves a request into its job, or copies it there where it stays.
    private func take(_ collected: Collected) throws(SpoolError) {
        let staging = collected.staging
        do throws(FileError) {
            try Enclosure.pinning(staging.arrival.path, beneath: inbox) {
                (source: Path) throws(FileError) in
                if staging.offer.form == .drop {
                    try takeDrop(source, collected)
                } else {
                    try take(source, staging)
                }
            }
        } catch {
            guard error.errno == ESTALE else { throw .file(error) }
            throw .notNow(request: staging.arrival.description)
        }
    }

    /// Writes the request of a drop into the job, which stands from then on, and removes the drop; one
    /// that could not be copied stays, and what replaced it in the last moment is another.
    private func takeDrop(_ source: Path, _ collected: Collected) throws(FileError) {
        let staging = collected.staging
        guard try FileStatus(of: source) == staging.status else {
            let isGone = try FileStatus(of: source) == nil
            throw FileError(
                operation: "take", path: source.description, errno: isGone ? ENOENT : ESTALE)
        }
        guard case .success(let bytes) = staging.content else {
            preconditionFailure("a drop's request is written here")
        }
        try WholeFile.write(bytes, to: staging.folder.request)
        guard claiming == .move, collected.isRemovable else { return }
        let aside = staging.folder.path.appending("dropped")
        do throws(FileError) {
            try Renaming.move(source, to: aside)
        } catch {
            switch error.errno {
            case EACCES, EPERM, EROFS: return
            case EXDEV: return try Directory.remove(source)
            default: throw error
            }
        }
        if try !isStill(aside, staging) { try putBack(aside, to: source) }
        try Directory.removeTree(aside)
    }

    /// The same for a request at a path that stays; `ESTALE` when it changed meanwhile.
    private func take(_ source: Path, _ staging: Staging) throws(FileError) {
        let request = staging.folder.request
        let changed = FileError(operation: "move", path: source.description, errno: ESTALE)
        guard let status = try FileStatus(of: source) else {
            throw FileError(operation: "move", path: source.description, errno: ENOENT)
        }
        // Links, devices and the like go nowhere: who meets them in the outbox may follow them.
        let isPlain = status.kind == .file && status.links == 1
        var isElsewhere = false
        if claiming == .move, isPlain {
            do throws(FileError) {
                try Renaming.move(source, to: request)
                guard try !isStill(request, staging) else { return try complete(staging) }
                // Written to in the last moment: its files may be others now, so it begins anew.
                try putBack(request, to: source)
                throw changed
            } catch {
                // From a folder that may not be written to requests are copied, and stay; from one
                // on another mount they are copied, and removed.
                guard [EACCES, EPERM, EROFS, EXDEV].contains(error.errno) else { throw error }
                isElsewhere = error.errno == EXDEV
            }
        }
        guard try isStill(source, staging) else { throw changed }
        switch staging.content {
        case .success(let bytes):
            try WholeFile.write(bytes, to: request)
            if isElsewhere { try Directory.remove(source) }
        case .failure(let reason):
            let word = Array("\(reason.word ?? "")\n".utf8)
            try WholeFile.write(word, to: staging.folder.unreadableFile)
            try WholeFile.write([], to: request)
            // What is in a folder nobody else may have.
            let isOfNoUse = !isPlain && status.kind != .directory
            if claiming == .move, isOfNoUse { try Directory.remove(source) }
        }
    }

    /// Writes what was added to a request that was moved.
    private func complete(_ staging: Staging) throws(FileError) {
        guard case .completed = staging.offer.form, case .success(let bytes) = staging.content
        else {
            return
        }
        try WholeFile.write(bytes, to: staging.folder.request)
    }

    /// Takes a job back that the power left with another request than it was made for.
    ///
    /// What lies in it goes back into the inbox.
    ///
    /// - Returns: false where all is well.
    mutating func undo(_ folder: JobFolder) throws(SpoolError) -> Bool {
        let origin = try folder.originOrId()
        let content = content(of: folder.request)
        if case .failure(let reason) = content, reason.mayPass { return false }
        let isAnother = try spooling { () throws(FileError) in
            guard try folder.has(folder.request), try folder.unreadable() == nil,
                try folder.attempts().starts == 0, let identity = origin.identity
            else { return false }
            return !identity.isOf(origin.path, content)
        }
        guard isAnother else { return false }
        do throws(FileError) {
            try Enclosure.pinning(origin.path, beneath: inbox) { (place: Path) throws(FileError) in
                try putBack(folder.request, to: place)
            }
        } catch {
            // Whoever removed its folder has withdrawn it.
            guard error.errno == ENOENT else { throw .file(error) }
        }
        try discard(folder)
        return true
    }

    /// The bytes of a request, or why there are none.
    private func content(of path: Path) -> Result<[UInt8], UnreadableRequest> {
        RequestFile.read(path, followingLinks: false)
    }

    /// What became of the same request before.
    ///
    /// A file that lies in the inbox since before it was accepted was left there, and is the same
    /// request whatever became of its media. One that came later was sent again: where requests are
    /// moved, it is wanted again once its results were taken away; where they are left, its sender
    /// only sees that it is missing, and it is not.
    private func duplicate(
        _ collected: Collected, isRetry: Bool
    ) throws(SpoolError) -> Ledger.Entry? {
        let identity = collected.identity
        let known = try spooling { () throws(FileError) in
            try ledger.entry(ofRequest: identity.request)
        }
        let isLeftOver = known.map { collected.staging.queued < $0.accepted } ?? false
        // A try that was made and could not be taken from the inbox is not made again.
        guard isLeftOver || !isRetry else { return nil }
        let isKnown = isLeftOver || claiming == .leave && !collected.isComplete
        let same = try spooling { () throws(FileError) in
            isKnown ? known : try ledger.entry(of: identity)
        }
        guard let entry = same else { return nil }
        if entry.state == .claimed { return try exists(jobs.appending(entry.job)) ? entry : nil }
        guard claiming == .move, !isLeftOver else { return entry }
        guard let result = entry.result.map({ outbox.appending($0) }) else { return nil }
        switch collected.staging.content {
        // Without the request in it, they were moved away to be tried again.
        case .success: return try exists(result.appending("request.json")) ? entry : nil
        case .failure(.folder): return try exists(result) ? entry : nil
        case .failure: return nil
        }
    }

    private func exists(_ path: Path) throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in try FileStatus(of: path) != nil }
    }

    /// Accepts a request at once, copying its files on this thread; see ``stage`` and ``accept``.
    ///
    /// - Returns: the job's id, or nil when there is nothing to be done.
    package mutating func claim(
        _ arrival: Arrival, bytes: [UInt8]? = nil, media names: [String] = [],
        lastTry: Bool = true, while goOn: () -> Bool = { true }
    ) throws(SpoolError) -> String? {
        let content = bytes.map { .success($0) } ?? RequestFile.read(arrival.path, beneath: inbox)
        guard let staging = try stage(Offer(arrival, content, names: names)) else { return nil }
        let collected: Collected
        do throws(SpoolError) {
            collected = try staging.collect(lastTry: lastTry, while: goOn)
        } catch {
            try abandon(staging)
            throw error
        }
        guard case .job(let id) = try accept(collected) else { return nil }
        return id
    }
}
