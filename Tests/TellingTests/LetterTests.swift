// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Telling

/// What is sent, whatever a stranger calls a request.
@Suite struct LetterTests {
    static let hostile = [
        "a\nBcc: everybody@example.org", "a\r\n\r\n.\r\nQUIT", "\" url = \"http://evil.example\"",
        "a\\", "-oQ/tmp -X/tmp/log", "<script>&", "🎈 żółw\u{202E}",
        String(repeating: "ä", count: 500),
        "@/etc/passwd", "",
    ]

    private func news(_ text: String) -> News {
        News(
            folder: "alice", request: "alice/\(text).json", name: text, status: .failed,
            reason: text, result: "alice/x.failed", job: "1")
    }

    @Test(arguments: hostile)
    func `a mail has the headers that we wrote, and no others`(text: String) throws {
        let letter = Letter.mail(news(text), to: "a@example.org", sendmail: "/bin/false")
        #expect(letter.words == ["sendmail", "-i", "a@example.org"])
        let parts = letter.input.split(separator: "\n\n", maxSplits: 1)
        let headers = parts[0].split(separator: "\n").filter { !$0.hasPrefix(" ") }
        #expect(
            headers.map { $0.prefix { $0 != ":" } } == [
                "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ])
        #expect(letter.input.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
        #expect(letter.input.split(separator: "\n").allSatisfy { $0.count <= 78 && $0 != "." })
        // Python's mail reader finds what was said.
        try withTemporaryFolder { folder in
            try folder.write(letter.input, "mail")
            let read = try shell(
                "python3 -c 'import email,email.policy,sys;m=email.message_from_binary_file("
                    + "open(sys.argv[1],\"rb\"),policy=email.policy.default);"
                    + "print(m.get_content(),end=\"\")' \(folder.at("mail"))")
            #expect(read.replacing("\r\n", with: "\n").contains("x.failed"))
            #expect(text.contains("\r") || read.contains(text), "\(read)")
        }
    }

    @Test(arguments: hostile)
    func `curl is told one address and one text`(text: String) throws {
        let letter = Letter.webhook(
            news(text), to: "http://127.0.0.1:9/x?token=secret", curl: "/usr/bin/curl")
        #expect(letter.words == ["curl", "--disable", "--config", "-"])
        let lines = letter.input.split(separator: "\n")
        #expect(lines.count(where: { $0.hasPrefix("url") }) == 1)
        #expect(lines.count(where: { $0.hasPrefix("data-binary") }) == 1)
        #expect(lines.count == 14)
    }

    @Test(arguments: hostile)
    func `a notification is a summary and a text, whatever it begins with`(text: String) {
        let letter = Letter.desktop(news(text))
        #expect(letter.words.count == 5)
        #expect(letter.words[2] == "--")
        #expect(!letter.words[4].contains("<"))
        #expect(letter.words.allSatisfy { !$0.contains("\n") })
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ])
    func `Base64 as in RFC 4648`(text: String, wanted: String) {
        #expect(Letter.base64(Array(text.utf8)) == wanted)
    }
}

@Suite struct AddresseesTests {
    private func read(_ text: String, mode: Int = 600) throws -> Addressees {
        try withTemporaryFolder { folder in
            try folder.write(text, "tell.json")
            _ = try shell("chmod \(mode) \(folder.at("tell.json"))")
            return try Addressees(path: folder.at("tell.json"))
        }
    }

    @Test func `a folder says what the whole does not`() throws {
        let addressees = try read(
            """
            {"webhook": "https://example.org/x", "mail": "all@example.org", "when": "failed",
             "folders": {"alice": {"mail": "alice@example.org", "when": "always"}}}
            """)
        #expect(addressees.entry(for: "bob").mail == "all@example.org")
        #expect(addressees.entry(for: "").when == .failed)
        let alice = addressees.entry(for: "alice")
        #expect(alice.mail == "alice@example.org")
        #expect(alice.webhook == "https://example.org/x")
        #expect(alice.when == .always)
        #expect(try Addressees().isEmpty)
    }

    @Test(arguments: [
        (#"{"webhook": "ftp://example.org"}"#, "http://"),
        (#"{"webhook": "https://example.org/\" --output x"}"#, "http://"),
        (#"{"webhook": "file:///etc/passwd"}"#, "http://"),
        (#"{"webhook": "https://"}"#, "http://"),
        (#"{"mail": "-oQ/tmp@example.org"}"#, "one address"),
        (#"{"mail": "a@example.org, b@example.org"}"#, "one address"),
        (#"{"mail": "a@example.org\nBcc: b@example.org"}"#, "one address"),
        (#"{"mail": "a|b@example.org"}"#, "one address"), (#"{"when": "never"}"#, "always"),
        (#"{"webhok": "https://example.org"}"#, "no key 'webhok'"),
        (#"{"folders": ["alice"]}"#, "a folder's name"),
        (#"{"sendmail": "sendmail"}"#, "whole path"),
        ("[]", "braces"), ("{", "line 1"), (#"{"mail": "a@b", "mail": "c@d"}"#, "mail"),
    ])
    func `what is wrong is said with its place`(text: String, words: String) throws {
        do {
            _ = try read(text)
            Issue.record("read \(text)")
        } catch let error as TellingError {
            #expect(error.description.contains(words), "\(error)")
            #expect(error.description.contains("tell.json"))
        }
    }

    @Test(arguments: [620, 602, 666])
    func `a file that others can write is refused`(mode: Int) throws {
        #expect(throws: TellingError.self) { try read("{}", mode: mode) }
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: TellingError.self) { try Addressees(path: "/absent/tell.json") }
        #expect(throws: TellingError.self) { try Addressees(webhook: "example.org") }
    }
}
