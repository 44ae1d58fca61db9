// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// A page of the documentation in Markdown, as far as the tests read it.
struct Page: Sendable, CustomTestStringConvertible {
    /// A piece of code that stands in lines of its own.
    struct Block: Sendable {
        let language: String
        /// Of the page, where it begins; from 1.
        let line: Int
        var text: String
    }

    /// Below the repository.
    let path: String
    let text: String
    /// Between fences.
    let blocks: [Block]
    /// All other lines.
    private let lines: [Substring]

    var testDescription: String { path }

    init(path: String, text: String) {
        var (blocks, lines, isInside): ([Block], [Substring], Bool) = ([], [], false)
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in all.enumerated() {
            let words = line.drop { $0 == " " }
            if words.hasPrefix("```") {
                isInside.toggle()
                if isInside {
                    let language = String(words.dropFirst(3))
                    blocks.append(Block(language: language, line: index + 2, text: ""))
                }
            } else if isInside {
                blocks[blocks.count - 1].text += "\(line)\n"
            } else {
                lines.append(line)
            }
        }
        (self.path, self.text, self.blocks, self.lines) = (path, text, blocks, lines)
    }

    /// Blocks of JSON that are requests; a record of a result has a mode, too, and a status.
    var requests: [Block] {
        blocks.filter {
            $0.language == "json" && $0.text.contains("\"mode\"") && !$0.text.contains("\"status\"")
        }
    }

    /// The words of each `rushes …` in a block, in lines set in, and in code within a sentence.
    var commands: [[String]] {
        var places = blocks.filter { $0.language != "json" }.map(\.text)
        places.append(lines.filter { $0.hasPrefix("    ") }.joined(separator: "\n"))
        var commands = places.flatMap { place in
            place.replacing("\\\n", with: " ").split(separator: "\n")
                .flatMap { Shell.commands(in: String($0)) }
        }
        for line in lines where !line.hasPrefix("    ") {
            for match in line.matches(of: /`(rushes [^`]+)`/) {
                commands += Shell.commands(in: String(match.1))
            }
        }
        return commands
    }

    /// What links and pictures lead to on this machine, without the place in a page.
    var links: [String] {
        lines.filter { !$0.hasPrefix("    ") }.flatMap { line in
            line.replacing(/`[^`]*`/, with: "").matches(of: /\]\(([^)\s]+)[^)]*\)/)
                .map { String($0.1.prefix { $0 != "#" }) }
        }
        .filter { !$0.isEmpty && !$0.contains(":") }
    }

    /// The code that begins a row of a table: a text of the program, `…` for what varies.
    var quotations: [String] {
        lines.compactMap { line in line.prefixMatch(of: /\| `([^`]+)`/).map { String($0.1) } }
            .filter { $0.contains(" ") }
    }
}

/// A shell's view of a line, as simple as the documentation's commands are.
enum Shell {
    /// The words of every `rushes …` in a line, up to a comment.
    static func commands(in line: String) -> [[String]] {
        var commands: [[String]] = [[]]
        var word = ""
        var quote: Character?
        func endWord() {
            if !word.isEmpty { commands[commands.count - 1].append(word) }
            word = ""
        }
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#" && word.isEmpty {
                break
            } else if character == " " {
                endWord()
            } else if ";&|<>()".contains(character) {
                endWord()
                commands.append([])
            } else {
                word.append(character)
            }
        }
        endWord()
        return commands.map { Array($0.drop { ["$", "sudo"].contains($0) }) }
            .filter { $0.first == "rushes" && $0.count > 1 }
    }
}

/// The texts in the program's sources, to look for what a page quotes.
struct Sources: Sendable {
    /// Each file's bytes, with literals joined and unescaped, and one space for white space.
    let files: [[UInt8]]

    static let all: Sources = {
        let folder = Folder(String(Golden.folder.dropLast("Tests/Golden".count)) + "Sources")
        let names = folder.tree.filter { $0.hasSuffix(".swift") }
        return Sources(files: names.map { plain(Array((folder.text($0) ?? "").utf8)) })
    }()

    /// Whether one file has all parts of a text in their order, with little between them.
    func say(_ quotation: String) -> Bool {
        let parts = quotation.split(separator: "…").map { Array($0.utf8) }.filter { $0.count > 2 }
        return !parts.isEmpty && files.contains { Self.has(parts, in: $0) }
    }

    /// What may stand in the source where `…` stands in the page.
    private static let gap = 900

    private static func has(_ parts: [[UInt8]], in file: [UInt8]) -> Bool {
        var start = 0
        while let first = find(parts[0], in: file, from: start, upTo: file.count) {
            var end: Int? = first + parts[0].count
            for part in parts.dropFirst() {
                guard let place = end else { break }
                end = find(part, in: file, from: place, upTo: place + gap).map { $0 + part.count }
            }
            if end != nil { return true }
            start = first + 1
        }
        return false
    }

    /// Where `part` begins in `file`, from an index on and before another one.
    private static func find(
        _ part: [UInt8], in file: [UInt8], from start: Int, upTo limit: Int
    ) -> Int? {
        let last = min(limit, file.count - part.count)
        var index = start
        while index <= last {
            if file[index] == part[0], file[index..<index + part.count].elementsEqual(part) {
                return index
            }
            index += 1
        }
        return nil
    }

    private static func plain(_ source: [UInt8]) -> [UInt8] {
        let (quote, backslash, plus) = (UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "+"))
        func isSpace(_ index: Int) -> Bool { source[index] == 32 || source[index] == 10 }
        /// The first index from here on where no white space is.
        func skip(_ index: Int) -> Int {
            var index = index
            while index < source.count, isSpace(index) { index += 1 }
            return index
        }
        var plain: [UInt8] = []
        plain.reserveCapacity(source.count)
        var index = 0
        while index < source.count {
            let byte = source[index]
            if byte == backslash, index + 1 < source.count {
                let next = source[index + 1]
                if next == 10 {
                    // A line of a long literal that goes on in the next.
                    index = skip(index + 1)
                    continue
                }
                if next == quote || next == backslash { index += 1 }
                plain.append(source[index])
                index += 1
            } else if byte == quote {
                // "a" + "b" is one text.
                let sign = skip(index + 1)
                let other = sign < source.count && source[sign] == plus ? skip(sign + 1) : sign
                if other > sign, other < source.count, source[other] == quote {
                    index = other + 1
                } else {
                    plain.append(byte)
                    index += 1
                }
            } else if isSpace(index) {
                plain.append(32)
                index = skip(index)
            } else {
                plain.append(byte)
                index += 1
            }
        }
        return plain
    }
}
