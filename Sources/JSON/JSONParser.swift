// SPDX-License-Identifier: Apache-2.0

extension JSONNode {
    /// Parses one JSON text (RFC 8259), strictly.
    ///
    /// Two gates stand in a row, and a text must pass both: json-c reads the whole text in its
    /// strict mode, then a walk over the same bytes finds positions and duplicate keys and closes
    /// the gaps of that mode (see the module's README). A byte order mark of UTF-8 is skipped.
    ///
    /// - Parameters:
    ///   - bytes: the text in UTF-8.
    ///   - limits: size and depth; see ``JSONLimits``.
    /// - Throws: ``JSONError`` for the first fault.
    package init(parsing bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw .tooLarge(bytes: bytes.count, limit: limits.bytes)
        }
        let text = try JSONText(bytes)
        let refusal = Tokener(depth: limits.depth).refusal(of: text)
        var walk = Walk(text: text, limits: limits)
        // The walk speaks first because it knows better words for what json-c has found as well.
        self = try walk.document()
        if let refusal {
            throw .syntax(
                reason: "This is not valid JSON (\(refusal.reason)).",
                hint: "Compare the line with the example.",
                at: walk.position(of: refusal.offset))
        }
    }
}
