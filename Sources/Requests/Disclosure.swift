// SPDX-License-Identifier: Apache-2.0

extension Request {
    /// What a video says of its request.
    package enum Metadata: String, CaseIterable, Sendable {
        /// All that is needed to make it again.
        case full
        /// The same without its words: those of the prompts, and the phrases of its styles.
        case withoutPrompt = "without-prompt"
    }

    /// A key that the request has from a `defaults.json`.
    package struct Default: Equatable, Sendable {
        package var key: String
        /// The file by its path below the inbox.
        package var file: String

        /// Makes an entry.
        package init(key: String, file: String) {
            self.key = key
            self.file = file
        }
    }
}

/// How results tell what made them, where the request does not say.
package struct Disclosure: Equatable, Sendable {
    package var metadata: Request.Metadata
    /// Whether a small "AI" stands in a corner of the pictures.
    package var isMarked: Bool

    /// Makes a choice; without arguments the usual one.
    package init(metadata: Request.Metadata = .full, isMarked: Bool = false) {
        self.metadata = metadata
        self.isMarked = isMarked
    }
}
