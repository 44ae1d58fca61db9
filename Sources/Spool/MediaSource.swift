// SPDX-License-Identifier: Apache-2.0

package import Files
internal import Glibc

/// The files that one request may name: whatever lies beneath a folder, seen from the request.
package struct MediaSource: ~Copyable {
    /// Bytes of the largest file that is taken: 4 GiB.
    package static let fileLimit: Int64 = 4 << 30
    /// Bytes of all files of one request together: 8 GiB.
    package static let totalLimit: Int64 = 8 << 30

    /// What a name stands for at this moment.
    package enum State: Equatable, Sendable {
        case file(FileStatus)
        /// A file that another program is downloading, or has begun to.
        case download(FileStatus)
        case fault(MediaFault)
    }

    /// What download programs append to a file's name for their notes, which stand beside it until
    /// the file, of full size from the beginning, is complete: aria2 and axel.
    private static let controlSuffixes = [".aria2", ".st"]

    private let root: Path
    private let enclosure: Enclosure
    /// The request's folder, relative to the enclosure.
    private let folder: Path
    /// Whose files may have other names elsewhere; nil for anybody's.
    ///
    /// A hard link needs no right to read what it names. So another user's file, which the service
    /// may read but the sender may not, must not become a picture of the sender's.
    private let owner: UInt32?

    /// Names are relative to the folder of `request`, a path beneath `root`, which they never leave.
    init(root: Path, request: Path) throws(SpoolError) {
        // A request that is gone names nothing any more.
        let status = try spooling { () throws(FileError) in
            try Inbox.status(of: request, in: root)
        }
        enclosure = try spooling { () throws(FileError) in try Enclosure(root) }
        self.root = root
        folder = request.parent
        owner = status?.owner ?? .max
    }

    /// The files beside a request that a person named; links lead where that person wants.
    package init(besideRequest path: String) throws(SpoolError) {
        let parent = Path(path).parent
        let root = parent.bytes.isEmpty ? Path(".") : parent
        enclosure = try spooling { () throws(FileError) in try Enclosure(root, closed: false) }
        self.root = root
        folder = Path("")
        owner = nil
    }

    /// Finds a file where it lies, without copying it.
    ///
    /// - Throws: `SpoolError.file` when this machine is to blame, not the file.
    package func find(_ name: String) throws(SpoolError) -> Medium {
        do throws(Refusal) {
            let path = try open(Path(name)).path
            let full = root.appending(folder).appending(path)
            return Medium(name: name, place: .success(String(decoding: full.bytes, as: UTF8.self)))
        } catch {
            return Medium(name: name, place: .failure(try error.fault()))
        }
    }

    /// Looks at a name without reading the file.
    ///
    /// - Throws: `SpoolError.file` when this machine is to blame, not the file.
    func state(of name: Path) throws(SpoolError) -> State {
        do throws(Refusal) {
            let medium = try open(name)
            let status = medium.status
            return isDownload(medium.path) ? .download(status) : .file(status)
        } catch {
            return .fault(try error.fault())
        }
    }

    /// Whether somebody is known to have the file open for writing.
    func isBeingWritten(_ name: Path) -> Bool {
        do throws(Refusal) {
            return Writers(of: try open(name).file, name) == .some
        } catch {
            // Nobody can tell.
            return false
        }
    }

    private func isDownload(_ path: Path) -> Bool {
        Self.controlSuffixes.contains { suffix in
            exists(Path(bytes: path.bytes + Array(suffix.utf8)))
        }
    }

    /// Copies a file, and makes sure that nobody wrote to it meanwhile.
    ///
    /// - Returns: its bytes, or why there is no copy.
    func copy(
        _ name: Path, to target: Path, limit: Int64, while goOn: () -> Bool
    ) throws(SpoolError) -> Result<Int64, MediaFault> {
        do throws(Refusal) {
            let medium = try open(name)
            // Waited for in vain, or begun since: half a file is none.
            if isDownload(medium.path) || Writers(of: medium.file, name) == .some {
                return .failure(.changing)
            }
            let wanted = min(limit, Self.fileLimit)
            let bytes = try refusing(name, ours: target) { () throws(FileError) in
                guard medium.status.bytes <= wanted else {
                    throw FileError(operation: "read", path: name.description, errno: EFBIG)
                }
                return try FileCopy.copy(medium.file, name, to: target, limit: wanted, while: goOn)
            }
            let status = try refusing(name) { () throws(FileError) in
                try FileStatus(of: medium.file, name)
            }
            guard status == medium.status, status.bytes == bytes else {
                return .failure(.changing)
            }
            return .success(bytes)
        } catch {
            let fault = try error.fault()
            return .failure(fault == .tooLarge && limit < Self.fileLimit ? .tooMuch : fault)
        }
    }

    private struct Opened: ~Copyable {
        /// As `folder` sees it.
        let path: Path
        let file: OwnedDescriptor
        let status: FileStatus
    }

    /// The same letters may be composed differently on the system that the file came from: a name
    /// that is not there byte for byte is looked for in that sense.
    private func open(_ name: Path) throws(Refusal) -> Opened {
        let path = try resolve(name)
        let file = try refusing(name) { () throws(FileError) in
            try enclosure.open(folder.appending(path))
        }
        let status = try refusing(name) { () throws(FileError) in try FileStatus(of: file, name) }
        switch status.kind {
        case .file:
            if let owner, status.links > 1, status.owner != owner { throw .fault(.hardLink) }
            return Opened(path: path, file: file, status: status)
        case .directory: throw .fault(.folder)
        case .link, .pipe, .socket, .device: throw .fault(.special)
        }
    }

    private func resolve(_ name: Path) throws(Refusal) -> Path {
        guard !exists(name) else { return name }
        var reached = Path("")
        for component in name.components.map({ Path(bytes: $0) }) {
            let next = reached.appending(component)
            guard !exists(next) else {
                reached = next
                continue
            }
            let names = try refusing(name) { () throws(FileError) in
                try enclosure.names(in: folder.appending(reached))
            }
            let texts = names.compactMap { String(validating: $0, as: UTF8.self) }
            // Strings are equal when their letters are, however these are composed.
            let wanted = String(decoding: component.bytes, as: UTF8.self)
            guard let same = texts.first(where: { $0 == wanted }) else {
                let siblings = texts.filter { InboxName.isMedium(Array($0.utf8)) }
                throw .fault(
                    .missing(
                        part: String(decoding: next.bytes, as: UTF8.self),
                        siblings: Array(siblings.prefix(MediaFault.siblingLimit))))
            }
            reached = reached.appending(same)
        }
        return reached
    }

    /// Whether something has this name; what cannot be opened for another reason counts.
    private func exists(_ path: Path) -> Bool {
        do throws(FileError) {
            _ = try enclosure.open(folder.appending(path))
            return true
        } catch {
            return error.errno != ENOENT && error.errno != ENOTDIR
        }
    }
}

/// Why there is no file: its own fault, or this machine's.
private enum Refusal: Error {
    case fault(MediaFault)
    case machine(FileError)

    func fault() throws(SpoolError) -> MediaFault {
        switch self {
        case .fault(let fault): return fault
        case .machine(let error): throw .file(error)
        }
    }
}

private func refusing<Value: ~Copyable>(
    _ name: Path, ours target: Path? = nil, _ work: () throws(FileError) -> Value
) throws(Refusal) -> Value {
    do throws(FileError) {
        return try work()
    } catch {
        // Only what was read belongs to the sender; what was written is this machine's.
        let isOurs = target.map { error.path == $0.description } ?? false
        guard !isOurs, error.errno != ECANCELED, let fault = MediaFault(error, of: name) else {
            throw .machine(error)
        }
        throw .fault(fault)
    }
}
