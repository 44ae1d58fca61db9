// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// One message: the program that carries it, its words, and its standard input.
struct Letter: Equatable, Sendable {
    /// What it is called in the log.
    let kind: String
    let program: String
    let words: [String]
    let input: String

    /// Seconds after which a try is given up, and in which curl gives up by itself.
    static let patience = 30
    private static let webPatience = 20

    /// A call of a web address: `POST` with a JSON object.
    ///
    /// All of it stands in the input as curl's configuration (curl(1), `--config`), so that neither
    /// the address nor the request is seen by `ps`. No redirection is followed, no file read, and no
    /// other protocol spoken.
    static func webhook(_ news: News, to address: String, curl: String) -> Letter {
        let facts: JSONValue = [
            "status": .string(news.status.rawValue), "folder": .string(news.folder),
            "name": .string(news.name), "request": .string(news.request),
            "reason": news.reason.map { .string($0) } ?? .null, "result": .string(news.result),
            "job": .string(news.job),
        ]
        let settings = [
            ("url", address), ("request", "POST"), ("data-binary", facts.serialized(pretty: false)),
            ("header", "Content-Type: application/json"), ("header", "Expect:"),
            ("user-agent", "rushes"), ("proto", "=http,https"), ("output", "/dev/null"),
            ("max-time", "\(webPatience)"), ("connect-timeout", "10"), ("max-redirs", "0"),
        ]
        let text =
            settings.map { "\($0) = \(quoted($1))\n" }.joined() + "globoff\nsilent\nfail\n"
        return Letter(
            kind: "webhook", program: curl, words: ["curl", "--disable", "--config", "-"],
            input: text)
    }

    /// A text in quotation marks as curl's configuration has it.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// A mail by way of `sendmail`, which every mail system brings.
    ///
    /// What a request says stands in headers and body as Base64 only (RFC 2047, RFC 2045), in which
    /// there are no line breaks of its own, and no line with a single dot.
    static func mail(_ news: News, to address: String, sendmail: String) -> Letter {
        let subject = "Rushes: \(news.headline)"
        let text =
            """
            To: \(address)
            Subject: \(encodedWords(subject))
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            \(lines(of: base64(Array("\(news.headline).\n\n\(news.text)".utf8)), length: 76))

            """
        return Letter(
            kind: "mail", program: sendmail, words: ["sendmail", "-i", address], input: text)
    }

    /// A header's text in words of at most 68 characters, so that the first fits beside `Subject: `; a
    /// letter is never divided between two.
    private static func encodedWords(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars.prefix(300) {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 42 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(base64($0))?=" }.joined(separator: "\n ")
    }

    private static func lines(of text: String, length: Int) -> String {
        var lines: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return lines.joined(separator: "\n")
    }

    /// RFC 4648, 4.
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let number = (0..<3).reduce(0) { sum, index in
                sum << 8 | (index < part.count ? Int(part[start + index]) : 0)
            }
            for index in 0..<4 {
                let isPadding = index > part.count
                result.append(
                    isPadding ? UInt8(ascii: "=") : alphabet[number >> (18 - 6 * index) & 63])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A notification of the desktop; its text may hold markup, so that marks are escaped.
    static func desktop(_ news: News) -> Letter {
        let text = news.reason ?? "The result is in '\(news.result)'."
        return Letter(
            kind: "desktop", program: "/usr/bin/notify-send",
            words: [
                "notify-send", "--app-name=Rushes", "--", line(news.headline), escaped(line(text)),
            ],
            input: "")
    }

    /// A single line of at most 200 characters, without what a terminal would obey.
    private static func line(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(200).map {
                $0.value < 0x20 || $0.value == 0x7F ? " " : String($0)
            }
            .joined())
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }
}
