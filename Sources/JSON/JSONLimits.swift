// SPDX-License-Identifier: Apache-2.0

/// What a JSON text may cost before it is refused.
package struct JSONLimits: Equatable, Sendable {
    /// What happens when an object has the same key twice.
    package enum DuplicateKeys: Equatable, Sendable {
        /// Both members are kept, in order, so that the caller can report them with other faults.
        case kept
        /// The text is refused with ``JSONError/duplicateKey(_:at:first:)``.
        case refused
    }

    /// The largest accepted text, in bytes.
    package var bytes: Int
    /// How many arrays and objects may be open at once; 1 allows `[1]` but not `[[1]]`.
    package var depth: Int
    package var duplicateKeys: DuplicateKeys
    /// Whether a whole number beyond 64 bits becomes the nearest double instead of an error.
    ///
    /// transformers writes `model_max_length` of an unlimited tokenizer as 10³⁰, digit for digit.
    package var roundsLargeIntegers: Bool

    /// Makes limits; `bytes` from 1 to 1 GiB, `depth` from 1 to 512.
    package init(
        bytes: Int, depth: Int, duplicateKeys: DuplicateKeys, roundsLargeIntegers: Bool = false
    ) {
        precondition((1...(1 << 30)).contains(bytes), "a JSON limit of 1 byte to 1 GiB")
        precondition((1...512).contains(depth), "a JSON depth of 1 to 512")
        self.bytes = bytes
        self.depth = depth
        self.duplicateKeys = duplicateKeys
        self.roundsLargeIntegers = roundsLargeIntegers
    }

    /// For files that strangers drop: 256 KiB, 16 levels, duplicates kept to be reported.
    package static let request = JSONLimits(bytes: 256 << 10, depth: 16, duplicateKeys: .kept)

    /// For model configurations and safetensors headers: 100 MiB (the limit of the safetensors
    /// library), 32 levels, duplicates refused, large integers rounded.
    package static let configuration = JSONLimits(
        bytes: 100 << 20, depth: 32, duplicateKeys: .refused, roundsLargeIntegers: true)
}
