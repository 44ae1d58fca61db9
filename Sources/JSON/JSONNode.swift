// SPDX-License-Identifier: Apache-2.0

/// A parsed JSON value that remembers where it stood.
package struct JSONNode: Equatable, Sendable {
    /// The value itself.
    package enum Content: Equatable, Sendable {
        case null
        case bool(Bool)
        /// A number written without fraction and exponent.
        case integer(Int64)
        /// Such a number above `Int64.max`; smaller ones are always `integer`.
        case unsigned(UInt64)
        /// A number written with a fraction or an exponent; always finite.
        case double(Double)
        case string(String)
        case array([JSONNode])
        /// The members in the order of the text.
        case object([JSONMember])
    }

    package var content: Content
    package var position: JSONPosition

    /// Makes a node.
    package init(_ content: Content, at position: JSONPosition) {
        self.content = content
        self.position = position
    }

    /// The value of the first member called `key`, or nil (also when this is not an object).
    ///
    /// This searches from the front. To read an object with thousands of members, iterate over
    /// ``members`` once.
    package subscript(key: String) -> JSONNode? {
        members?.first { $0.key == key }?.value
    }

    /// The text, if this is one.
    package var string: String? {
        if case .string(let value) = content { value } else { nil }
    }

    /// The whole number, if this is one that fits.
    ///
    /// `7.0` and `1e2` are the whole numbers 7 and 100, because many programs write numbers that
    /// way; beyond ±2^53 only digits count, since a fraction there may have lost some.
    package var int: Int? {
        switch content {
        case .integer(let value): Int(exactly: value)
        case .double(let value) where value.magnitude <= 0x1p53: Int(exactly: value)
        default: nil
        }
    }

    /// The whole number from 0 to 2^64−1, if this is one; see ``int`` for `7.0`.
    package var uint64: UInt64? {
        switch content {
        case .integer(let value): UInt64(exactly: value)
        case .unsigned(let value): value
        case .double(let value) where value.magnitude <= 0x1p53: UInt64(exactly: value)
        default: nil
        }
    }

    /// The number as the nearest double, if this is a number.
    package var double: Double? {
        switch content {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// True or false, if this is one of them.
    package var bool: Bool? {
        if case .bool(let value) = content { value } else { nil }
    }

    /// The elements, if this is an array.
    package var array: [JSONNode]? {
        if case .array(let value) = content { value } else { nil }
    }

    /// The members in the order of the text, if this is an object.
    package var members: [JSONMember]? {
        if case .object(let value) = content { value } else { nil }
    }

    /// Whether this is `null`.
    package var isNull: Bool { content == .null }

    /// The same value without positions, ready to be written.
    package var value: JSONValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .unsigned(let value): .unsigned(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .array(let nodes): .array(nodes.map(\.value))
        case .object(let members): .object(members.map { ($0.key, $0.value.value) })
        }
    }
}

/// One `"key": value` of an object.
package struct JSONMember: Equatable, Sendable {
    package var key: String
    package var keyPosition: JSONPosition
    package var value: JSONNode

    /// Makes a member.
    package init(key: String, keyPosition: JSONPosition, value: JSONNode) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
    }
}
