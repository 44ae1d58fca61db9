// SPDX-License-Identifier: Apache-2.0

internal import Files

/// A request as it is to be accepted, which need not be what lies in the inbox.
package struct Offer: Sendable {
    /// What lies in the inbox.
    package enum Form: Equatable, Sendable {
        /// The request, as it is.
        case request
        /// The request, to which something was added.
        case completed(from: [UInt8])
        /// A picture, clip or text, from which the request was made. It is one of the files to be
        /// copied.
        case drop
    }

    /// Where it lies.
    package let arrival: Arrival
    /// What the job's request is to say, or why it cannot be read.
    package var content: Result<[UInt8], UnreadableRequest>
    /// The files that it names.
    package var names: [String]
    package var form: Form
    /// What makes it a request that nobody can work on.
    package var objection: Objection?

    /// An offer of a request.
    package init(
        _ arrival: Arrival, _ content: Result<[UInt8], UnreadableRequest>, names: [String] = [],
        form: Form = .request, objection: Objection? = nil
    ) {
        self.arrival = arrival
        self.content = content
        self.names = names
        self.form = form
        self.objection = objection
    }

    /// What is to be found in the inbox still; nil for a drop.
    var original: Result<[UInt8], UnreadableRequest>? {
        switch form {
        case .request: content
        case .completed(let bytes): .success(bytes)
        case .drop: nil
        }
    }
}

/// Why a request cannot be worked on, found by whoever accepted it: the worker only passes it on.
package struct Objection: Equatable, Sendable {
    /// What is wrong, in one sentence.
    package let message: String
    /// What to do.
    package let hint: String

    /// An objection in words for people.
    package init(_ message: String, hint: String) {
        self.message = message
        self.hint = hint
    }

    /// Bytes of the longest that is read.
    static let limit = 256 * 1024

    /// The content of the file `objection`.
    var text: [UInt8] {
        EscapedWord.encoded(Path(message)) + [0x20] + EscapedWord.encoded(Path(hint)) + [0x0A]
    }

    /// Reads what `text` wrote; nil when it is something else.
    init?(_ bytes: [UInt8]) {
        let words = bytes.split { $0 == 0x20 || $0 == 0x0A }
        guard words.count == 2, let message = EscapedWord.text(words[0]),
            let hint = EscapedWord.text(words[1])
        else { return nil }
        self.init(message, hint: hint)
    }
}
