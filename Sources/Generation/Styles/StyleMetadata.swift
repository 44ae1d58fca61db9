// SPDX-License-Identifier: Apache-2.0

import Requests

/// What a style's file says of itself, under `__metadata__` in its header.
///
/// Adapters of other programs have none of this and are used as they are.
package struct StyleMetadata: Equatable, Sendable {
    /// The phrase that calls the style up in a prompt.
    package var trigger: String
    /// The name of the model over which it was trained.
    package var base: String
    /// SHA-256 over that model's weights.
    package var baseSHA256: String
    /// The `BaseFingerprint` of that model's transformer.
    package var baseFingerprint: String
    /// How it was trained, such as `rank`, for people.
    package var details: [String: String]

    /// Describes a style.
    package init(
        trigger: String, base: String, baseSHA256: String, baseFingerprint: String,
        details: [String: String] = [:]
    ) {
        self.trigger = trigger
        self.base = base
        self.baseSHA256 = baseSHA256
        self.baseFingerprint = baseFingerprint
        self.details = details
    }

    private static let prefix = "rushes."
    private static let keys = ["trigger", "base_model", "base_sha256", "base_fingerprint"]

    /// Reads a file's metadata; nil where another program wrote it.
    package init?(_ metadata: [String: String]) {
        let values = Self.keys.compactMap { metadata[Self.prefix + $0] }
        guard values.count == Self.keys.count, values[0].utf8.count <= Limits.triggerBytes else {
            return nil
        }
        self.init(
            trigger: values[0], base: values[1], baseSHA256: values[2], baseFingerprint: values[3])
        for (key, value) in metadata where key.hasPrefix(Self.prefix) {
            let name = String(key.dropFirst(Self.prefix.count))
            if !Self.keys.contains(name) { details[name] = value }
        }
    }

    /// The same for the header of a file; `format` is what the libraries of others look for.
    package var dictionary: [String: String] {
        var dictionary = ["format": "pt"]
        for (key, value) in zip(Self.keys, [trigger, base, baseSHA256, baseFingerprint]) {
            dictionary[Self.prefix + key] = value
        }
        for (key, value) in details { dictionary[Self.prefix + key] = value }
        return dictionary
    }
}
