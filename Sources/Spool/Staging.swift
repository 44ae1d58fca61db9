// SPDX-License-Identifier: Apache-2.0

internal import Digests
internal import Files
internal import Glibc

/// A request that is being accepted: its files are copied into the job before the request itself
/// is moved there.
///
/// The copying may take minutes, and needs nothing of the queue: it may run on any thread.
package struct Staging: Sendable {
    /// The request.
    package let offer: Offer
    /// The id of the job that it becomes.
    package let id: String

    /// Whether there is anything to copy.
    package var hasFiles: Bool { !names.isEmpty }
    package var arrival: Arrival { offer.arrival }

    let folder: JobFolder
    let inbox: Path
    /// What the inbox said of it.
    let status: FileStatus
    /// The path under which it is known: its own, or that of an earlier try.
    let path: Path
    let priority: Int

    var names: [String] { offer.names }
    /// The request's bytes, or why there are none.
    var content: Result<[UInt8], UnreadableRequest> { offer.content }
    /// When it came, in milliseconds since 1970.
    var queued: Int64 { status.arrived }

    /// Copies the files and writes down which request this is; all of it durable.
    ///
    /// A name that stands for nothing usable is written down with its fault, for the worker to
    /// explain. `goOn` is asked now and then while much is copied.
    ///
    /// - Throws: `SpoolError.notNow` when `goOn` answered false, or when a file changed under the
    ///   copying or went away and this is not the `lastTry`.
    package func collect(
        lastTry: Bool, while goOn: () -> Bool = { true }
    ) throws(SpoolError) -> Collected {
        var media: [Medium] = []
        if !names.isEmpty {
            let source = try MediaSource(root: inbox, request: arrival.path)
            do throws(SpoolError) {
                media = try folder.collect(names, from: source, while: goOn)
            } catch {
                guard case .file(let fault) = error, fault.errno == ECANCELED else { throw error }
                throw .notNow(request: arrival.description)
            }
            guard lastTry || media.allSatisfy(\.isFinal) else {
                throw .notNow(request: arrival.description)
            }
        }
        let identity: Identity
        switch content {
        case .success(let bytes):
            identity = Identity(path, bytes, media: media, digests: try folder.digests(of: media))
        case .failure(let reason): identity = Identity(path, unreadable: reason)
        }
        let origin = Origin(path: path, queued: queued, priority: priority, identity: identity)
        try spooling { () throws(FileError) in
            try WholeFile.write(origin.text, to: folder.claim)
            try Directory.synchronize(folder.path.parent)
        }
        return Collected(
            staging: self, identity: identity, isComplete: media.allSatisfy(\.isThere))
    }
}

/// A request whose files are copied.
package struct Collected: Sendable {
    let staging: Staging
    let identity: Identity
    /// Whether every file was there.
    package let isComplete: Bool

    /// Whether what lies in the inbox is of no more use there: a drop is, once there is a copy of it.
    package var isRemovable: Bool {
        staging.offer.form != .drop || isComplete && !staging.names.isEmpty
    }
}

extension JobFolder {
    /// The SHA-256 of each copy in `in/`, nil where there is none.
    fileprivate func digests(of media: [Medium]) throws(SpoolError) -> [String?] {
        var digests: [String?] = []
        for medium in media {
            guard case .success(let file) = medium.place else {
                digests.append(nil)
                continue
            }
            let copy = String(decoding: input.appending(file).bytes, as: UTF8.self)
            do throws(DigestError) {
                digests.append(try SHA256.sizeAndDigest(ofFile: copy).digest)
            } catch {
                throw .file(FileError(operation: "read", path: copy, errno: error.errno))
            }
        }
        return digests
    }
}

extension Medium {
    fileprivate var isThere: Bool {
        if case .success = place { true } else { false }
    }
}
