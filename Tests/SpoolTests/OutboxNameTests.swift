// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import Testing

/// Names that every system on the other end can hold.
@Suite struct OutboxNameTests {
    @Test(arguments: [
        "sunset", "two  words", "żółw", "🎈 red", "👩‍👩‍👧‍👦", "a.b", "a-b~c", "100%", "e\u{301}", "日本語",
        "console", "com", "com12", "lpt", "auxiliary", "nul-1", "it's (1) [x] {y} & z; $HOME `id`",
        String(repeating: "a", count: 144),
    ])
    func staysAsItIs(name: String) {
        #expect(Array(OutboxName.safe(Array(name.utf8)).utf8) == Array(name.utf8))
    }

    @Test(arguments: [
        // Controls, and characters that turn the reading direction.
        ("a\nb", "ab"), ("a\u{7}b", "ab"), ("\u{1B}[31mred", "[31mred"), ("a\u{9B}b", "ab"),
        ("a\u{7F}", "a"), ("\u{202E}gpj.exe", "gpj.exe"), ("a\u{2066}b\u{2069}", "ab"),
        ("\u{FEFF}x", "x"), ("a\u{2028}b", "ab"), ("\r\n", "request"),
        // What a shell or a file manager takes for something else.
        ("-rf", "rf"), ("--help", "help"), (".hidden", "hidden"), ("~x", "x"), (" x", "x"),
        (".-~ x", "x"), ("\u{7}-x", "x"), ("-\u{301}x", "\u{301}x"), (".\u{301}", "\u{301}"),
        // What Windows drops silently.
        ("x.", "x"), ("x ", "x"), ("x. . ", "x"), ("x.\u{200E}", "x"),
        // Nothing is left.
        ("", "request"), (".", "request"), ("..", "request"), ("   ", "request"),
        ("-.~", "request"), ("\u{1}", "request"),
        // What Windows reserves.
        ("a:b", "a_b"), (#"a\b*c?d"e<f>g|h"#, "a_b_c_d_e_f_g_h"), ("../../etc", "_.._etc"),
        ("CON", "_CON"), ("con.txt", "_con.txt"), ("nul", "_nul"), ("Prn", "_Prn"),
        ("aux.", "_aux"), ("Com1", "_Com1"), ("LPT9.x.y", "_LPT9.x.y"), ("com¹", "_com¹"),
        ("con ", "_con"), ("con .x", "_con .x"), ("-con", "_con"), ("c\u{0}on", "_con"),
        // What the service takes away again.
        ("x.waiting.txt", "x.waiting_txt"), ("X.Waiting.TXT", "X.Waiting_TXT"),
        ("con.waiting.txt", "_con.waiting_txt"), ("x.waiting.txt.", "x.waiting_txt"),
        (".waiting.txt", "waiting.txt"), ("x.waiting.txt-2", "x.waiting.txt-2"),
    ])
    func isMadeSafe(name: String, expected: String) {
        let safe = OutboxName.safe(Array(name.utf8))
        #expect(Array(safe.utf8) == Array(expected.utf8), "\(safe)")
    }

    @Test(
        arguments: [
            ([0x66, 0xFC, 0x72], "f%FCr"), ([0xFF, 0xFE], "%FF%FE"), ([0xC0, 0xAF], "%C0%AF"),
            ([0x61, 0xE2, 0x82], "a%E2%82"), ([0xED, 0xA0, 0x80], "%ED%A0%80"),
            ([0x80, 0xC3, 0xA9], "%80é"), ([0xF5, 0x80, 0x80, 0x80], "%F5%80%80%80"),
        ] as [([UInt8], String)])
    func bytesThatAreNoTextAreShown(name: [UInt8], expected: String) {
        #expect(OutboxName.safe(name) == expected)
    }

    /// Cut between two characters as people see them.
    @Test(arguments: [
        ("a", 200, 144), ("é", 100, 72), ("🎈", 50, 36), ("日", 60, 48), ("e\u{301}", 60, 48),
        ("👩‍👩‍👧‍👦", 10, 5), ("a ", 100, 72),
    ])
    func longNamesAreCut(character: String, count: Int, left: Int) {
        let safe = OutboxName.safe(Array(String(repeating: character, count: count).utf8))
        let whole = String(repeating: character, count: left)
        #expect(safe == (character == "a " ? String(whole.dropLast()) : whole))
    }

    @Test(arguments: [
        String(repeating: "a", count: 142) + ". bcd", "con." + String(repeating: "x", count: 140),
        "con" + String(repeating: " ", count: 200) + "x",
        "a" + String(repeating: "\u{301}", count: 200), "x" + String(repeating: "%", count: 143),
        String(repeating: "a", count: 132) + ".waiting.txt-2",
    ])
    func edgesOfTheCut(name: String) { expectSafe(Array(name.utf8)) }

    @Test(arguments: UInt64(1)...20)
    func anyBytesMakeASafeName(seed: UInt64) {
        var state = seed
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let parts: [[UInt8]] = [
            [0xFF], Array("é".utf8), Array("🎈".utf8), Array(".".utf8), Array(" ".utf8),
            Array("-".utf8), Array("con".utf8), Array("\u{301}".utf8), Array("a".utf8), [0x1F],
            Array("\u{202E}".utf8), [0xE2], Array("?".utf8), Array("1".utf8),
            Array("\u{200D}".utf8),
        ]
        for _ in 0..<200 {
            expectSafe((0..<random(below: 90)).flatMap { _ in parts[random(below: parts.count)] })
        }
    }

    private func expectSafe(_ name: [UInt8]) {
        let safe = OutboxName.safe(name)
        let bytes = Array(safe.utf8)
        #expect((1...OutboxName.limit).contains(bytes.count), "\(name)")
        #expect(!"-.~ ".utf8.contains(bytes[0]), "\(name)")
        #expect(bytes.last != 0x2E && bytes.last != 0x20, "\(name)")
        let hasReserved = bytes.contains { $0 < 0x20 || "/\\:*?\"<>|".utf8.contains($0) }
        #expect(!hasReserved, "\(name)")
        let stem = safe.prefix { $0 != "." }.lowercased()
        #expect(!["con", "nul", "prn", "aux", "com1", "lpt1"].contains(stem), "\(name)")
        #expect(!safe.lowercased().hasSuffix(".waiting.txt"), "\(name)")
        #expect(OutboxName.safe(bytes) == safe, "\(name)")
    }

    @Test(arguments: [
        ("sunset.json", "sunset", ""), ("alice/Sunset.JSON", "Sunset", "alice"),
        ("a/b c/-x.json", "x", "a/b c"), ("..a/CON/x.json.json", "x.json", "a/_CON"),
        ("a:b/x..json", "x", "a_b"), ("notes.txt", "notes.txt", ""), ("abc", "abc", ""),
        ("x.waiting.txt/y.waiting.txt.json", "y.waiting_txt", "x.waiting_txt"),
        // The text `PAUSED.waiting.txt` stands at the top.
        ("PAUSED.json", "_PAUSED", ""), ("-Paused.JSON", "_Paused", ""),
        ("index.html.json", "_index.html", ""), ("a/Index.HTML.json", "Index.HTML", "a"),
        ("PAUSED", "PAUSED", ""), ("a/PAUSED.json", "PAUSED", "a"),
        ("PAUSED/x.json", "x", "PAUSED"),
    ])
    func resultAndFolder(path: String, name: String, folder: String) {
        #expect(OutboxName.result(of: Path(path)) == name)
        #expect(OutboxName.folder(of: Path(path)) == Path(folder))
    }

    // MARK: Long folders

    /// `count` folders of `name`, and a request in the innermost.
    private static func nested(_ count: Int, _ name: [UInt8]) -> Path {
        Path(bytes: Array([[UInt8]](repeating: name + [0x2F], count: count).joined()) + [0x78])
    }

    @Test func aFolderOfTheLimitStaysAsItIs() {
        let path = Self.nested(31, Array(repeating: 0x61, count: 31)).parent
            .appending(String(repeating: "b", count: 32)).appending("x.json")
        #expect(OutboxName.folder(of: path) == path.parent)
        #expect(OutboxName.folder(of: path).bytes.count == OutboxName.folderLimit.bytes)
        #expect(OutboxName.folder(of: path).components.count == OutboxName.folderLimit.parts)
    }

    @Test(
        arguments: [
            // Every byte grows to three.
            (31, Array(repeating: 0xFF, count: 48), 6), (33, [0x61], 31), (2000, [0x61], 31),
            (32, Array(repeating: 0x61, count: 32), 30), (8, Array(repeating: 0x61, count: 144), 6),
        ] as [(Int, [UInt8], Int)])
    func longFoldersAreShortened(count: Int, name: [UInt8], kept: Int) {
        let folder = OutboxName.folder(of: Self.nested(count, name))
        let parts = folder.components
        #expect(folder.bytes.count <= OutboxName.folderLimit.bytes)
        #expect(parts.count == kept + 1)
        #expect(parts.dropLast().allSatisfy { $0 == Array(OutboxName.safe(name).utf8) })
        #expect(parts.last?.count == 32)
        // The same folder for the same path, and another for another.
        #expect(folder == OutboxName.folder(of: Self.nested(count, name)))
        #expect(folder != OutboxName.folder(of: Self.nested(count + 1, name)))
    }
}
