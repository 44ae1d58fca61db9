// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Failure {
    /// The failure as the `error` of `result.json`.
    package var json: JSONValue {
        [
            "code": .string(code),
            "message": .string(hint.isEmpty ? message : message + " " + hint),
            "problems": .array(
                problems.map { problem in
                    [
                        "field": .string(problem.field), "message": .string(problem.message),
                        "line": problem.line.map { .integer(Int64($0)) } ?? .null,
                        "column": problem.column.map { .integer(Int64($0)) } ?? .null,
                        "hint": .string(problem.hint),
                    ]
                }),
        ]
    }

    /// The text of `error.txt`: for somebody who sees only the two folders.
    ///
    /// It says what is wrong, shows the lines in question, what to write instead, an example that
    /// works, and how to try again. `fileName` is the request's name in the inbox, `source` the
    /// request as it came (without it no lines are shown). Somebody at a terminal
    /// (`isInOutbox` false) has the file before them and is not told where it lies.
    package func report(
        fileName: String, source: [UInt8]? = nil, isInOutbox: Bool = true
    ) -> String {
        let name = FieldValue.quoted(fileName)
        var parts = ["No video was made from \(name)."]
        if problems.isEmpty {
            parts.append(hint.isEmpty ? message : message + "\n" + hint)
            if isInOutbox { parts.append(wayBack(fileName)) }
            return parts.joined(separator: "\n\n") + "\n"
        }
        parts.append(message)
        let excerpt = source.map { Excerpt(of: $0) }
        for (index, problem) in problems.enumerated() {
            parts.append(Self.paragraph(index + 1, problem, excerpt))
        }
        let exampleMode = mode.flatMap { $0.isAvailable ? $0 : nil } ?? .textToVideo
        parts.append("A request that works looks like this:")
        parts.append(Self.indented(exampleMode.example.serialized()))
        guard isInOutbox else { return parts.joined(separator: "\n\n") + "\n" }
        parts.append(
            """
            To try again: open request.json in this folder with a plain text editor, correct it,
            save it as \(name), and move it into the inbox, together with the pictures and videos
            that it names. Nothing is lost: all that you dropped lies in this folder.
            """)
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// How to try again what was refused for another reason than its words.
    private func wayBack(_ fileName: String) -> String {
        let name = FieldValue.quoted(fileName)
        return switch retry {
        case .asRequest:
            """
            Nothing is lost: all that you dropped lies in this folder.
            To try again, rename request.json to \(name) and move it into the inbox, together
            with the pictures and videos that it names.
            """
        case .never:
            """
            Nothing is lost: what you dropped lies in this folder as request.json. Moved back as it
            is, it would be refused again.
            """
        }
    }

    private static func paragraph(
        _ number: Int, _ problem: Problem, _ excerpt: Excerpt?
    ) -> String {
        var lines: [String] = []
        if let line = problem.line, let column = problem.column {
            lines.append("\(number). In line \(line), column \(column): \(problem.message)")
            lines += excerpt?.lines(line: line, column: column) ?? []
        } else {
            lines.append("\(number). \(problem.message)")
        }
        if !problem.hint.isEmpty { lines.append("   " + problem.hint) }
        return lines.joined(separator: "\n")
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    }
}

/// The lines of a request, to show the one in question with a mark under the place.
struct Excerpt {
    private let lines: [[Unicode.Scalar]]

    init(of source: [UInt8]) {
        let isMarked = source.starts(with: [0xEF, 0xBB, 0xBF])
        let text = String(decoding: source.dropFirst(isMarked ? 3 : 0), as: UTF8.self)
        var lines: [[Unicode.Scalar]] = [[]]
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\r" {
                // CR LF is one end of a line.
                if scalar == "\r" || previous != "\r" { lines.append([]) }
            } else {
                lines[lines.count - 1].append(scalar)
            }
            previous = scalar
        }
        self.lines = lines
    }

    /// The line and the mark, indented; cut to 72 characters around the place.
    func lines(line: Int, column: Int) -> [String] {
        guard line <= lines.count else { return [] }
        let scalars = lines[line - 1]
        let start = column <= 60 ? 0 : column - 40
        let end = min(scalars.count, start + 72)
        var shown = String.UnicodeScalarView()
        for scalar in start < end ? scalars[start..<end] : [] {
            // A tab would move the mark; other controls would move more than that.
            shown.append(FieldValue.isControl(scalar) ? " " : scalar)
        }
        let before = start > 0 ? "…" : ""
        let after = end < scalars.count ? "…" : ""
        let mark = String(repeating: " ", count: column - 1 - start + before.count) + "^"
        return ["       " + before + String(shown) + after, "       " + mark]
    }
}
