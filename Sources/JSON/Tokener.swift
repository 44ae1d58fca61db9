// SPDX-License-Identifier: Apache-2.0

import CJSONC

/// An owner of one json-c parser, in its strict mode with UTF-8 validation.
///
/// Wraps `json_tokener_new_ex`, `json_tokener_set_flags`, `json_tokener_parse_ex` and
/// `json_tokener_free` of json-c 0.16.
@safe
struct Tokener: ~Copyable {
    private let handle: UnsafeMutablePointer<json_tokener>

    /// Makes a parser that accepts `depth` open arrays and objects.
    init(depth: Int) {
        // json-c counts one level for the scalars inside the innermost bracket.
        guard let handle = unsafe json_tokener_new_ex(Int32(depth) + 1) else {
            fatalError("json-c has no memory for a parser")
        }
        unsafe self.handle = handle
    }

    deinit {
        unsafe json_tokener_free(handle)
    }

    /// What json-c finds wrong with a whole text: its own words and the offset; nil if nothing.
    func refusal(of text: JSONText) -> (reason: String, offset: Int)? {
        unsafe json_tokener_reset(handle)
        unsafe json_tokener_set_flags(handle, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
        return unsafe text.terminated.withUnsafeBytes { bytes in
            // The NUL goes along: it tells json-c that a number at the very end is complete.
            let tree = unsafe json_tokener_parse_ex(
                handle, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
            unsafe json_object_put(tree)
            let error = unsafe json_tokener_get_error(handle)
            let end = unsafe Int(json_tokener_get_parse_end(handle))
            if error == json_tokener_success { return nil }
            guard let words = unsafe json_tokener_error_desc(error) else {
                return ("unknown error", end)
            }
            return unsafe (String(cString: words), end)
        }
    }

    /// The value of one number, which stands alone in `range` of the text.
    ///
    /// Nil when json-c does not read exactly one scalar there.
    func number(in range: Range<Int>, of text: JSONText) -> JSONNode.Content? {
        unsafe json_tokener_reset(handle)
        // The byte behind a number ends it, and is not read as part of the text.
        unsafe json_tokener_set_flags(
            handle, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS)
        return unsafe text.terminated.withUnsafeBytes { bytes in
            let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress
            let tree = unsafe json_tokener_parse_ex(
                handle, start?.advanced(by: range.lowerBound), Int32(range.count + 1))
            defer { unsafe json_object_put(tree) }
            guard unsafe json_tokener_get_error(handle) == json_tokener_success,
                // json-c swallows white space behind the scalar.
                unsafe json_tokener_get_parse_end(handle) >= range.count
            else { return nil }
            return unsafe Self.content(of: tree)
        }
    }

    private static func content(of tree: OpaquePointer?) -> JSONNode.Content? {
        switch unsafe json_object_get_type(tree) {
        case json_type_int:
            // json-c holds Int64 or UInt64; asking for the other one saturates silently.
            let signed = unsafe json_object_get_int64(tree)
            let unsigned = unsafe json_object_get_uint64(tree)
            return unsigned > UInt64(Int64.max) ? .unsigned(unsigned) : .integer(signed)
        case json_type_double:
            return unsafe .double(json_object_get_double(tree))
        default:
            return nil
        }
    }
}
