// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// A look at a root folder that changes nothing: no file is opened for writing and no lock is taken,
/// whether a service runs or not.
package struct Survey: Sendable {
    /// Where the requests are dropped, with all links followed, as text for people.
    package var place: String { inbox.description }

    let inbox: Path
    let root: Path

    /// Folders nested deeper than this are not searched.
    package static let depthLimit = Inbox.depthLimit

    /// A survey of a root folder.
    ///
    /// - Throws: `SpoolError.file` when it has no inbox.
    package init(root text: String) throws(SpoolError) {
        let root = Path(text)
        self.root = root
        inbox = try spooling { () throws(FileError) in
            let inbox = root.appending("inbox")
            // Opened, so that a file of this name is none.
            _ = try OwnedDescriptor(inbox, .directory)
            return try inbox.resolved()
        }
    }

    /// What keeps a file from being a request, or the request.
    package enum Standing: Equatable, Sendable {
        /// It lies elsewhere.
        case outside
        /// A part of its path is passed over because of its name.
        case passedOver(part: String, InboxName.Reason)
        /// Its folder lies too deep.
        case tooDeep
        /// Nothing has that name.
        case missing(Arrival)
        /// The service may not read it, or not enter a folder.
        case forbidden(part: String, user: UInt32)
        /// It will be taken and refused.
        case unusable(UnreadableRequest)
        /// It is empty, which a file that is still to be written may be.
        case empty
        /// It is a request by lying where it does.
        case drop(Arrival, FileState)
        /// It holds these bytes.
        case request(Arrival, [UInt8], FileState)
    }

    /// What is known of a file beside its bytes.
    package struct FileState: Equatable, Sendable {
        /// Whether somebody has it open for writing.
        package let isBeingWritten: Bool
    }

    /// How a file stands that a person named, as they see it or as the inbox does.
    package func standing(of file: String) -> Standing {
        guard let path = below(Path(file)) else { return .outside }
        let folders = path.components.dropLast().map { Path(bytes: $0) }
        for folder in folders {
            guard let reason = InboxName.reason(againstFolder: folder.bytes) else { continue }
            return .passedOver(part: folder.description, reason)
        }
        let isDrop = InboxName.isDrop(path)
        if !isDrop, let reason = InboxName.reason(againstRequest: path.name) {
            return .passedOver(part: Path(bytes: path.name).description, reason)
        }
        guard folders.count <= Inbox.depthLimit else { return .tooDeep }
        let arrival = Arrival(path)
        let full = inbox.appending(path)
        do throws(FileError) {
            guard let status = try FileStatus(of: full) else { return .missing(arrival) }
            if let part = try forbidden(folders + [Path(bytes: path.name)]) {
                return .forbidden(part: part.description, user: try service().user)
            }
            if status.kind == .file, status.bytes == 0 { return .empty }
            if isDrop {
                let isWritten = hasWriter(path, beneath: inbox)
                return .drop(arrival, FileState(isBeingWritten: isWritten))
            }
            switch RequestFile.read(path, beneath: inbox) {
            case .success(let bytes):
                let isWritten = hasWriter(path, beneath: inbox)
                return .request(arrival, bytes, FileState(isBeingWritten: isWritten))
            case .failure(let reason): return .unusable(reason)
            }
        } catch {
            return .unusable(UnreadableRequest(error))
        }
    }

    /// What is known of the files that a request names, in the order of the names.
    package func media(
        of arrival: Arrival, names: [String]
    ) throws(SpoolError) -> [(name: String, state: MediumState)] {
        let source = try MediaSource(root: inbox, request: arrival.path)
        var result: [(name: String, state: MediumState)] = []
        for name in names { result.append((name, try source.standing(of: Path(name)))) }
        return result
    }

    /// What a name in a request stands for.
    package enum MediumState: Equatable, Sendable {
        case there, empty, written, download
        case fault(MediaFault)
    }

    /// A job that a request has become.
    package struct Job: Equatable, Sendable {
        package let id: String
        /// The request's path below the inbox, as text for people.
        package let request: String
        /// How often it was begun.
        package let starts: Int
        /// Whether it has ended and is about to be published.
        package let hasEnded: Bool
    }

    /// The jobs that a request of this path has become, oldest first.
    ///
    /// - Throws: `SpoolError.file` when the jobs cannot be listed, which is for the service's user.
    package func jobs(of arrival: Arrival) throws(SpoolError) -> [Job] {
        let jobs = root.appending("spool/jobs")
        var found: [Job] = []
        for name in try spooling({ () throws(FileError) in try Directory.names(in: jobs) }) {
            let folder = JobFolder(path: jobs.appending(Path(bytes: name)))
            do throws(SpoolError) {
                guard try folder.origin().path == arrival.path else { continue }
                let (starts, ended) = try spooling { () throws(FileError) in
                    guard try folder.has(folder.request) else { return (0, true) }
                    return (try folder.attempts().starts, try folder.outcome() != nil)
                }
                let id = String(decoding: name, as: UTF8.self)
                found.append(
                    Job(id: id, request: arrival.description, starts: starts, hasEnded: ended))
            } catch {
                // It ended in this moment, or is being made.
                continue
            }
        }
        return found
    }

    /// The results of requests of this name in the outbox: paths below the outbox, in byte order.
    package func results(of arrival: Arrival) -> [(name: String, outcome: Outcome)] {
        let folder = OutboxName.folder(of: arrival.path)
        let stem = OutboxName.result(of: arrival.path)
        let names: [[UInt8]]
        do throws(FileError) {
            names = try Directory.names(in: root.appending("outbox").appending(folder))
        } catch {
            // No folder, no results.
            return []
        }
        return names.compactMap { bytes in
            let name = String(decoding: bytes, as: UTF8.self)
            guard name.hasPrefix(stem) else { return nil }
            var rest = name.dropFirst(stem.count)
            let isFailed = rest.hasSuffix(".failed")
            if isFailed { rest = rest.dropLast(".failed".count) }
            let isNumbered =
                rest.first == "-" && rest.count > 1 && rest.dropFirst().allSatisfy(\.isNumber)
            guard rest.isEmpty || isNumbered else { return nil }
            return (folder.appending(name).description, isFailed ? .failed : .done)
        }
    }

    /// Why nothing begins; nil while there is no pause.
    package func pause() throws(SpoolError) -> Orders.Pause? {
        try Orders(root: root.text).pause()
    }

    /// The service's own record of what it does, `status.json`; nil when there is none to be read.
    package func status() -> [UInt8]? {
        do throws(FileError) {
            return try WholeFile.read(root.appending("spool/status.json"), limit: 4 << 20)
        } catch {
            return nil
        }
    }

    /// What became of the same request when it was sent before, with whatever files; nil when the
    /// ledger knows of none, or cannot be read.
    package func earlierRun(of arrival: Arrival, _ bytes: [UInt8]) -> Ledger.Entry? {
        do throws(FileError) {
            return try Ledger.latest(
                ofRequest: Identity.request(arrival.path, bytes), in: root.appending("spool/ledger")
            )
        } catch {
            return nil
        }
    }

    /// Whether a service works on this root folder: whether its lock is in the kernel's list.
    package var isServed: Bool {
        guard let lock = status(of: root.appending("spool/lock")) else { return false }
        do throws(FileError) {
            let list = try WholeFile.read(Path("/proc/locks"), limit: 1 << 22)
            return String(decoding: list, as: UTF8.self).split(separator: "\n").contains {
                $0.contains(" FLOCK ") && $0.contains(":\(lock.inode) ")
            }
        } catch {
            return false
        }
    }

    /// How many requests there are in the inbox, whole or not.
    package func requestCount() -> Int { requestCount(in: Path("")) }

    private func requestCount(in folder: Path) -> Int {
        guard folder.components.count <= Inbox.depthLimit else { return 0 }
        let names: [[UInt8]]
        do throws(FileError) {
            names = try Directory.names(in: inbox.appending(folder))
        } catch {
            // It is gone, or nobody's business.
            return 0
        }
        var count = 0
        for name in names {
            if InboxName.isRequest(name) {
                count += 1
            } else if InboxName.isSearched(name) {
                let path = folder.appending(Path(bytes: name))
                if isFolder(inbox.appending(path)) {
                    count += requestCount(in: path)
                } else if InboxName.isDrop(path) {
                    count += 1
                }
            }
        }
        return count
    }

    /// The path below the inbox; the folders that lead there may be links, the file is not followed.
    private func below(_ file: Path) -> Path? {
        let candidates = file.bytes.first == 0x2F ? [file] : [file, inbox.appending(file)]
        let resolved = candidates.compactMap { candidate -> Path? in
            let parent = candidate.parent.bytes.isEmpty ? Path(".") : candidate.parent
            do throws(FileError) {
                return try parent.resolved().appending(Path(bytes: candidate.name))
            } catch {
                // Its folder went away: what was written is all there is.
                return candidate
            }
        }
        let inside = resolved.compactMap { $0.relative(to: inbox) }.filter { !$0.bytes.isEmpty }
        return inside.first { exists(inbox.appending($0)) }
            ?? inside.lazy.compactMap(namesake).first ?? inside.first
    }

    /// What reads the same: of a name that is no UTF-8, people and shells pass on what they see.
    private func namesake(of path: Path) -> Path? {
        var found = Path("")
        for part in path.components {
            let names: [[UInt8]]
            do throws(FileError) {
                names = try Directory.names(in: inbox.appending(found))
            } catch {
                return nil
            }
            let text = String(decoding: part, as: UTF8.self)
            guard let name = names.first(where: { String(decoding: $0, as: UTF8.self) == text })
            else { return nil }
            found = found.appending(Path(bytes: name))
        }
        return found
    }

    /// The first part of a path below the inbox that the service may not read.
    private func forbidden(_ parts: [Path]) throws(FileError) -> Path? {
        let service = try service()
        var path = inbox
        for part in parts {
            path = path.appending(part)
            guard let status = try FileStatus(of: path) else { return nil }
            if service.isKeptOut(of: path, status) { return part }
        }
        return nil
    }

    /// The service's user, who made the folder of the jobs; whoever asks, before there is one.
    private func service() throws(FileError) -> Reader {
        guard let status = try FileStatus(of: root.appending("spool/jobs")) else { return .own }
        return Reader(user: status.owner, group: status.group)
    }

    private func exists(_ path: Path) -> Bool { status(of: path) != nil }

    private func isFolder(_ path: Path) -> Bool { status(of: path)?.kind == .directory }

    private func status(of path: Path) -> FileStatus? {
        do throws(FileError) {
            return try FileStatus(of: path)
        } catch {
            return nil
        }
    }
}

extension MediaSource {
    fileprivate func standing(of name: Path) throws(SpoolError) -> Survey.MediumState {
        switch try state(of: name) {
        case .fault(let fault): .fault(fault)
        case .download: .download
        case .file(let status):
            status.bytes == 0 ? .empty : isBeingWritten(name) ? .written : .there
        }
    }
}
