// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// A request that is to be dropped into the inbox, with the files that it names.
package struct Parcel: Sendable {
    /// The file's name, such as `sunset.json`.
    package var name: String
    /// The request's bytes.
    package var content: [UInt8]
    /// Where in the inbox, "" for the inbox itself.
    package var folder: String
    /// The files by the names that the request gives them, and where each of them lies now.
    package var files: [(name: String, source: String)]

    /// A parcel from its parts.
    package init(
        name: String, content: [UInt8], folder: String, files: [(name: String, source: String)]
    ) {
        self.name = name
        self.content = content
        self.folder = folder
        self.files = files
    }
}

extension Premises {
    /// Where a parcel is to stand: the request's path below the inbox.
    ///
    /// - Throws: `SpoolError.notARequestName` and `.outsideInbox`.
    package func place(of parcel: Parcel) throws(SpoolError) -> Arrival {
        let name = Path(parcel.name)
        guard InboxName.isRequest(name), name.components.count == 1 else {
            throw .notARequestName(name: parcel.name)
        }
        return Arrival(try below(parcel.folder).appending(name))
    }

    /// Drops a request, its files first.
    ///
    /// - Returns: the request's path below the inbox.
    /// - Throws: `SpoolError.taken` when another request, or another file, has such a name there, and
    ///   `.unreadableFile` before anything is dropped.
    @discardableResult
    package func drop(_ parcel: Parcel) throws(SpoolError) -> Arrival {
        let place = try place(of: parcel)
        let target = inbox.appending(place.path.parent)
        for file in parcel.files { try requireFile(file.source) }
        try spooling { () throws(FileError) in try Directory.ensure(target) }
        for file in parcel.files {
            try put(at: target.appending(file.name)) { hidden throws(FileError) in
                let source = Path(file.source)
                let opened = try OwnedDescriptor(source, .read)
                try FileCopy.copy(opened, source, to: hidden, limit: MediaSource.fileLimit)
            }
        }
        try put(at: inbox.appending(place.path)) { hidden throws(FileError) in
            let file = try OwnedDescriptor(hidden, .create)
            try file.write(parcel.content, hidden)
            try file.synchronize(hidden)
        }
        return place
    }

    /// The files beside a request of one's own, by the names that it gives them; one that is missing is
    /// left out, and the service says that it waits for it.
    package func files(
        named names: [String], beside request: String
    ) throws(SpoolError) -> [(name: String, source: String)] {
        guard !names.isEmpty else { return [] }
        let source = try MediaSource(besideRequest: request)
        var files: [(name: String, source: String)] = []
        for name in names {
            guard case .success(let file) = try source.find(name).place else { continue }
            files.append((name, file))
        }
        return files
    }

    /// Proves that a file can be read.
    ///
    /// - Throws: `SpoolError.unreadableFile`.
    package func requireFile(_ path: String) throws(SpoolError) {
        do throws(FileError) {
            let file = try OwnedDescriptor(Path(path), .read)
            guard try FileStatus(of: file, Path(path)).kind == .file else {
                throw FileError(operation: "read", path: path, errno: EISDIR)
            }
        } catch {
            throw .unreadableFile(path: path, reason: error.reason)
        }
    }

    /// A name under which a file can be dropped: its own, or with a number where another one has that.
    ///
    /// * `source`: a file that may stand there already with the same content; nil for none.
    package func freeName(
        like name: String, in folder: String, for source: String? = nil
    ) throws(SpoolError) -> String {
        let target = inbox.appending(try below(folder))
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        for number in 1...999 {
            let numbered = number == 1 ? name : "\(name[..<dot])-\(number)\(name[dot...])"
            let place = target.appending(numbered)
            let isFree = try spooling { () throws(FileError) in
                guard try FileStatus(of: place) != nil else { return true }
                guard let source else { return false }
                return try WholeFile.areEqual(Path(source).resolved(), place)
            }
            if isFree { return numbered }
        }
        throw .taken(path: target.appending(name).description)
    }

    /// A folder of the inbox as a path below it.
    private func below(_ folder: String) throws(SpoolError) -> Path {
        guard let below = inbox.appending(folder).relative(to: inbox),
            !below.components.contains(Array("..".utf8))
        else { throw .outsideInbox(folder: folder) }
        return below
    }

    /// Makes a file beside its place under a hidden name and gives it its own then; the same
    /// content may stand there already.
    private func put(
        at place: Path, _ make: (Path) throws(FileError) -> Void
    ) throws(SpoolError) {
        let hidden = place.parent.appending(
            Path(bytes: Array(".rushes-".utf8) + place.name.prefix(200) + Array(".part".utf8)))
        do throws(FileError) {
            try Directory.ensure(place.parent)
            try Directory.removeTree(hidden)
            try make(hidden)
            try Renaming.move(hidden, to: place)
        } catch {
            guard error.errno == EEXIST else { throw .file(error) }
            let isSame = try spooling { () throws(FileError) in
                let same = try WholeFile.areEqual(hidden, place)
                try Directory.removeTree(hidden)
                return same
            }
            guard isSame else { throw .taken(path: place.description) }
        }
    }
}
