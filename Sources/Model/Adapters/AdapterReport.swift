// SPDX-License-Identifier: Apache-2.0

/// Which tensors of an adapter's file changed a transformer, and which did not.
package struct AdapterReport: Sendable, Equatable {
    /// A tensor that changed nothing.
    package struct Unmatched: Sendable, Equatable {
        /// Its name in the file.
        package let key: String
        /// In a few words, as "the control branch is not used here".
        package let reason: String
    }

    package let path: String
    package let weight: Float
    /// Their names in the file, sorted.
    package internal(set) var matched: [String] = []
    /// Sorted by name.
    package internal(set) var unmatched: [Unmatched] = []
}
