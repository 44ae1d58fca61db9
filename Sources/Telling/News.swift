// SPDX-License-Identifier: Apache-2.0

/// That a job has ended.
package struct News: Equatable, Sendable {
    package enum Status: String, Sendable {
        case done, failed
    }

    /// The folder directly below the inbox; empty for the inbox itself.
    package var folder: String
    /// The request's path below the inbox, as text for people.
    package var request: String
    /// The result's name.
    package var name: String
    package var status: Status
    /// Why it failed, in a sentence or two.
    package var reason: String?
    /// Where the results are, relative to the outbox.
    package var result: String
    package var job: String

    /// News from its facts.
    package init(
        folder: String, request: String, name: String, status: Status, reason: String?,
        result: String, job: String
    ) {
        self.folder = folder
        self.request = request
        self.name = name
        self.status = status
        self.reason = reason.map { String($0.prefix(Self.reasonLimit)) }
        self.result = result
        self.job = job
    }

    /// Characters of the longest reason that is told.
    static let reasonLimit = 2000

    /// A line for people.
    var headline: String {
        switch status {
        case .done: "'\(request)' is done"
        case .failed: "'\(request)' failed"
        }
    }

    /// The whole for people.
    var text: String {
        let place =
            status == .done
            ? "The result is in '\(result)' in the outbox."
            : "What was dropped is in '\(result)' in the outbox, with the reasons in error.txt."
        return ([reason, place].compactMap(\.self)).joined(separator: "\n\n") + "\n"
    }
}
