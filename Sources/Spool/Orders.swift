// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// An order to give something up.
package struct Cancellation: Sendable {
    /// A job's id, or a path below the inbox.
    package var target: String { path.description }
    let path: Path
    let order: Path
}

/// What people want of a queue beyond requests: `spool/orders`, read by the service whenever
/// something happens there.
///
/// Commands work by files, so that they need no running service, and survive its restart.
package struct Orders: Sendable {
    /// The folder; the service watches it.
    let folder: Path
    private let inbox: Path

    /// Why no request is begun.
    package enum Pause: Equatable, Sendable {
        /// By `rushes pause`.
        case command
        /// By a file of this name in the inbox.
        case file(String)
    }

    /// The orders of the queue at a root folder.
    package init(root: String) {
        self.init(
            folder: Path(root).appending("spool").appending("orders"),
            inbox: Path(root).appending("inbox"))
    }

    init(folder: Path, inbox: Path) {
        self.folder = folder
        self.inbox = inbox
    }

    /// Something that tells when there may be new orders, by events or else by the clock.
    package func watch() -> OrdersWatch {
        do throws(FileError) {
            var watch = try Watch(root: folder)
            try watch.add(Path(""))
            return OrdersWatch(watch: watch)
        } catch {
            return OrdersWatch(unwatched: error)
        }
    }

    /// Whether the queue is paused, and by what.
    package func pause() throws(SpoolError) -> Pause? {
        try spooling { () throws(FileError) in
            for name in Self.pauseNames
            where try FileStatus(of: inbox.appending(name))?.kind == .file {
                return .file(name)
            }
            return try FileStatus(of: pauseFile) == nil ? nil : .command
        }
    }

    /// Lets nothing more begin, until `resume`.
    package func setPaused() throws(SpoolError) {
        try write([], to: pauseFile)
    }

    /// Takes `setPaused` back; a file in the inbox is left to whoever put it there.
    ///
    /// - Returns: whether there was anything to take back.
    package func resume() throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in
            guard try FileStatus(of: pauseFile) != nil else { return false }
            try Directory.remove(pauseFile)
            try Directory.synchronize(folder)
            return true
        }
    }

    /// Orders that a request be given up: a job's id, or a path below the inbox.
    package func cancel(_ target: String) throws(SpoolError) {
        let words = EscapedWord.encoded(Path(target))
        let name = "cancel-" + Identity.request(Path(target), []).prefix(32)
        try write(words, to: folder.appending(String(name)))
    }

    /// The targets of all orders to cancel, each with what takes it back.
    func cancellations() throws(FileError) -> [Cancellation] {
        var orders: [Cancellation] = []
        for name in try Directory.names(in: folder) where name.starts(with: "cancel-".utf8) {
            let order = folder.appending(Path(bytes: name))
            let text = try WholeFile.read(order, limit: 64 * 1024)
            if let target = EscapedWord.decoded(text[...]) {
                orders.append(Cancellation(path: target, order: order))
            }
        }
        return orders
    }

    private var pauseFile: Path { folder.appending("paused") }

    private static let pauseNames = [
        "PAUSE", "pause", "Pause", "PAUSE.txt", "pause.txt", "Pause.txt",
    ]

    /// The service's user must be able to read what an administrator wrote.
    private func write(_ bytes: [UInt8], to path: Path) throws(SpoolError) {
        do throws(FileError) {
            try WholeFile.write(bytes, to: path)
            do throws(FileError) {
                try Permissions.set(0o644, of: path)
            } catch {
                // It has been read, obeyed and removed already.
                guard error.errno == ENOENT else { throw error }
            }
        } catch {
            throw .file(error)
        }
    }
}

/// The hints that there may be new orders.
///
/// Where the system gives no more ways to watch, the orders are read by the clock: a limit that other
/// programs used up keeps no service from starting.
package struct OrdersWatch: ~Copyable {
    /// Why orders are read by the clock, as a sentence; nil while they are watched.
    package let pollingReason: String?
    /// When to read the orders although nothing tells of new ones; nil while they are watched.
    package private(set) var deadline: SuspendingClock.Instant?

    private var watch: Watch?

    /// How often orders that are not watched are read.
    package static let pause = Duration.seconds(5)

    fileprivate init(watch: consuming Watch) {
        self.watch = consume watch
        pollingReason = nil
    }

    fileprivate init(unwatched error: FileError) {
        watch = nil
        let seconds = Self.pause.components.seconds
        pollingReason =
            "\(error): what 'rushes pause' and 'rushes cancel' ask for is read every \(seconds) seconds"
        deadline = .now.advanced(by: Self.pause)
    }

    /// Becomes readable when there may be new orders; negative, which `poll` passes over, while they
    /// are read by the clock.
    package var descriptor: Int32 {
        switch watch {
        case .some(let watch): watch.descriptor
        case nil: -1
        }
    }

    /// Takes the hints in; orders are read from the folder.
    package mutating func drain() {
        if deadline != nil { deadline = .now.advanced(by: Self.pause) }
        do throws(FileError) { _ = try watch?.hints() } catch {
            // The orders are read again whenever something else happens.
        }
    }
}
