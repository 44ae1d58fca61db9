// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc
internal import Service

/// Carries messages without keeping anybody waiting: children are started, watched and ended whenever
/// `attend` is called.
package final class Courier {
    package typealias Instant = SuspendingClock.Instant

    private let addressees: Addressees
    private let showsOnDesktop: Bool
    /// Where inputs lie while they are read.
    private let folder: Path
    private var waiting: [Errand] = []
    private var running: [Walk] = []
    private var number = 0

    /// A letter that is to be carried.
    private struct Errand {
        let letter: Letter
        var tries = 0
        var due: Instant
    }

    /// A child that carries one.
    private final class Walk {
        var errand: Errand
        var child: ChildProcess
        let input: Path
        let end: Instant

        init(_ errand: Errand, _ child: consuming ChildProcess, _ input: Path, end: Instant) {
            self.errand = errand
            self.child = child
            self.input = input
            self.end = end
        }
    }

    /// Messages that are carried at the same time.
    private static let runningLimit = 4
    /// Messages that wait; more are given up.
    package static let waitingLimit = 256
    /// How long is waited after the first try, and the second; there are three.
    private static let pauses: [Duration] = [.seconds(3), .seconds(15)]

    /// A courier who writes what is to be sent into `folder`, which is his own and emptied now.
    package init(
        _ addressees: Addressees, showsOnDesktop: Bool, folder: String
    ) throws(TellingError) {
        self.addressees = addressees
        self.showsOnDesktop = showsOnDesktop && (unsafe access("/usr/bin/notify-send", X_OK)) == 0
        self.folder = Path(folder)
        do throws(FileError) {
            try Directory.removeTree(self.folder)
            try Directory.make(self.folder)
            try Permissions.set(0o700, of: self.folder)
        } catch {
            throw .unreadable(path: folder, reason: error.description)
        }
    }

    /// Whether nobody is ever told anything.
    package var isUseless: Bool { addressees.isEmpty && !showsOnDesktop }

    /// Whether every message was carried, or given up.
    package var isIdle: Bool { waiting.isEmpty && running.isEmpty }

    /// Readable when `attend` should be called.
    package var descriptors: [Int32] { running.map { $0.child.endDescriptor } }

    /// When `attend` should be called even so.
    package var deadline: Instant? {
        let next = running.count < Self.runningLimit ? waiting.map(\.due).min() : nil
        return (running.map(\.end) + [next].compactMap(\.self)).min()
    }

    /// Takes news to everybody who wants to hear them.
    ///
    /// - Returns: what is given up for want of room, as a sentence.
    package func tell(_ news: News) -> String? {
        var letters: [Letter] = []
        let entry = addressees.entry(for: news.folder)
        let when = entry.when ?? .always
        if when == .always || when.rawValue == news.status.rawValue {
            if let webhook = entry.webhook {
                letters.append(.webhook(news, to: webhook, curl: addressees.curl))
            }
            if let mail = entry.mail {
                letters.append(.mail(news, to: mail, sendmail: addressees.sendmail))
            }
        }
        if showsOnDesktop { letters.append(.desktop(news)) }
        guard waiting.count + letters.count <= Self.waitingLimit else {
            return "more than \(Self.waitingLimit) messages wait to be sent, others are given up"
        }
        waiting += letters.map { Errand(letter: $0, due: .now) }
        return nil
    }

    /// Looks after what is under way, and begins what is due.
    ///
    /// - Returns: what went wrong for good, each a sentence that is the same for the same trouble.
    package func attend(at now: Instant) -> [String] {
        var troubles: [String] = []
        for walk in running {
            if walk.end <= now { walk.child.stop(forcefully: true) }
            guard let end = walk.child.end() else { continue }
            running.removeAll { $0 === walk }
            remove(walk.input)
            if end != .exit(0) { troubles += retry(walk.errand, describe(end), at: now) }
        }
        while running.count < Self.runningLimit,
            let index = waiting.firstIndex(where: { $0.due <= now })
        {
            troubles += begin(waiting.remove(at: index), at: now)
        }
        return troubles
    }

    private func begin(_ errand: Errand, at now: Instant) -> [String] {
        number += 1
        let input = folder.appending(String(number))
        do {
            try WholeFile.replace(input, with: Array(errand.letter.input.utf8))
            let child = try ChildProcess(
                errand.letter.program, words: errand.letter.words, input: input.text)
            let end = now.advanced(by: .seconds(Letter.patience))
            running.append(Walk(errand, child, input, end: end))
            return []
        } catch {
            remove(input)
            // No other try finds another program.
            return ["a \(errand.letter.kind) cannot be sent: \(error)"]
        }
    }

    private func retry(_ errand: Errand, _ reason: String, at now: Instant) -> [String] {
        var errand = errand
        guard errand.tries < Self.pauses.count else {
            let letter = errand.letter
            return ["a \(letter.kind) cannot be sent: '\(letter.program)' ended with \(reason)"]
        }
        errand.due = now.advanced(by: Self.pauses[errand.tries])
        errand.tries += 1
        waiting.append(errand)
        return []
    }

    private func describe(_ end: ChildProcess.End) -> String {
        switch end {
        case .exit(let status): "exit status \(status)"
        case .signal(let signal): "signal \(signal)"
        }
    }

    private func remove(_ input: Path) {
        do throws(FileError) { try Directory.removeTree(input) } catch {
            // The next start empties the folder.
        }
    }
}
