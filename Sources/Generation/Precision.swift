// SPDX-License-Identifier: Apache-2.0

/// The arithmetic of the network's large products.
package enum Precision: String, CaseIterable, Sendable {
    /// The truth that every other precision is measured against.
    case float32
    case bfloat16
    case int8

    /// Whether this version has it.
    package var isAvailable: Bool { self == .float32 }
}
