// SPDX-License-Identifier: Apache-2.0

/// Why a text is not the JSON that was wanted, in words for the person who wrote it.
package enum JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is nothing in the text but white space.
    case empty
    /// There are bytes, and all are zero: the length arrived, the content did not.
    case onlyZeros
    /// The text has `bytes` bytes and may have `limit`.
    case tooLarge(bytes: Int, limit: Int)
    /// The text is in an encoding other than UTF-8, such as UTF-16; `name` is its common name.
    case wrongEncoding(name: String)
    /// A byte sequence is not UTF-8.
    case invalidUTF8(at: JSONPosition)
    /// More than `limit` arrays and objects are open at once.
    case tooDeep(at: JSONPosition, limit: Int)
    /// An object has `key` a second time.
    case duplicateKey(String, at: JSONPosition, first: JSONPosition)
    /// The grammar is broken; `reason` is one sentence, `hint` says what to write.
    case syntax(reason: String, hint: String, at: JSONPosition)

    /// Where the fault is, unless the whole text is at fault.
    package var position: JSONPosition? {
        switch self {
        case .empty, .onlyZeros, .tooLarge, .wrongEncoding: nil
        case .invalidUTF8(let place), .tooDeep(let place, _), .duplicateKey(_, let place, _),
            .syntax(_, _, let place):
            place
        }
    }

    /// One sentence that says what is wrong.
    package var reason: String {
        switch self {
        case .empty:
            "The file is empty."
        case .onlyZeros:
            "The file holds only zero bytes: its upload broke off, or its disk lost it."
        case .tooLarge(let bytes, let limit):
            "The file is too large: it has \(bytes) bytes, and at most \(limit) are read."
        case .wrongEncoding(let name):
            "The file is saved as \(name), but it must be UTF-8."
        case .invalidUTF8:
            "There are bytes here that are not UTF-8 text."
        case .tooDeep(_, let limit):
            "There are more than \(limit) brackets open inside each other."
        case .duplicateKey(let key, _, let first):
            "The key \"\(key)\" is given twice; the first one is on line \(first.line)."
        case .syntax(let reason, _, _):
            reason
        }
    }

    /// What to do about it.
    package var hint: String {
        switch self {
        case .empty: "If the file was still being copied, copy it again."
        case .onlyZeros: "Copy it again from where it came."
        case .tooLarge: "Keep pictures and video in files of their own and name them."
        case .wrongEncoding, .invalidUTF8:
            "Save the file again and choose the encoding \"UTF-8\"."
        case .tooDeep: "Close brackets before you open more."
        case .duplicateKey: "Keep one of the two."
        case .syntax(_, let hint, _): hint
        }
    }

    package var description: String {
        if let position { "\(position): \(reason)" } else { reason }
    }
}
