// SPDX-License-Identifier: Apache-2.0

/// A piece of a page: what the program's own literals say stands as it is, and every text that is
/// put into them is escaped.
struct HTML: ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(2 * literalCapacity)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: String) { text += Escaping.html(value) }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        mutating func appendInterpolation(_ piece: HTML) { text += piece.text }

        mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { text += piece.text }
        }

        /// A path relative to the outbox, as an attribute's URL.
        mutating func appendInterpolation(url path: [UInt8], from base: String) {
            text += base + Escaping.url(path)
        }

        /// The program's own text, in which no escape is wanted: a style sheet or a script.
        mutating func appendInterpolation(own value: String) { text += value }
    }

    static func += (left: inout HTML, right: HTML) { left.text += right.text }
}
