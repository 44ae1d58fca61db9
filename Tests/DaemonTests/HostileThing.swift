// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Something that nobody drops who means well, in a folder of the inbox of its own.
struct HostileThing: Sendable, CustomStringConvertible {
    let description: String
    /// A part of the sentence with which it is refused.
    let words: String
    private let maker: @Sendable (Folder) throws -> Void

    init(_ name: String, _ words: String, _ maker: @escaping @Sendable (Folder) throws -> Void) {
        (description, self.words, self.maker) = (name, words, maker)
    }

    /// A request of this text.
    init(_ name: String, _ words: String, text: @escaping @Sendable () -> String) {
        self.init(name, words) { try $0.write(text(), "film.json") }
    }

    /// A request that names a file, which `maker` may make.
    init(
        _ name: String, _ words: String, file: String,
        _ maker: @escaping @Sendable (Folder) throws -> Void = { _ in }
    ) {
        self.init(name, words) { folder in
            try maker(folder)
            try folder.write(pictureRequest(file), "film.json")
        }
    }

    /// Makes it in a folder two levels below the root, where `secret.json` and `secret.png` are.
    func make(in folder: Folder) throws { try maker(folder) }

    /// All that this machine lets the test make.
    static var all: [HostileThing] {
        notFiles + texts + names + paths + media + (geteuid() == 0 ? privileged : [])
    }

    /// Under a request's name, but no request's file.
    private static let notFiles = [
        HostileThing("a link", "a symbolic link") {
            try $0.link("film.json", to: "../../secret.json")
        },
        HostileThing("a link to itself", "a symbolic link") {
            try $0.link("film.json", to: "film.json")
        },
        HostileThing("a link to nothing", "a symbolic link") {
            try $0.link("film.json", to: "/nonexistent/a.json")
        },
        HostileThing("a hard link", "a hard link") {
            try $0.hardLink("film.json", to: "../../secret.json")
        },
        HostileThing("a pipe", "a device or a pipe") { try $0.pipe("film.json") },
        HostileThing("a socket", "a device or a pipe") { try $0.socket("film.json") },
        HostileThing("a folder", "a folder, not a file") { try $0.make("film.json/film.json") },
        HostileThing("a terabyte", "larger than 256 KiB") {
            try $0.makeHole("film.json", bytes: 1 << 40)
        },
    ]

    private static let texts = [
        HostileThing("deep arrays", "more than 16 brackets") {
            #"{"prompt": "# + repeated("[", 100_000) + repeated("]", 100_000) + "}"
        },
        HostileThing("deep arrays without end", "more than 16 brackets") { repeated("[", 200_000) },
        HostileThing("deep objects", "more than 16 brackets") {
            repeated(#"{"a":"#, 40_000) + "1" + repeated("}", 40_000)
        },
        HostileThing("a long string", "prompt") {
            #"{"mode": "text-to-video", "prompt": ""# + repeated("x", 262_000) + #""}"#
        },
        HostileThing("a long number", "seed") {
            #"{"mode": "text-to-video", "prompt": "x", "seed": "# + repeated("9", 200_000) + "}"
        },
        HostileThing("a million digits", "larger than 256 KiB") {
            #"{"seed": "# + repeated("1", 1_000_000) + "}"
        },
        HostileThing("many members", "There is no key") {
            "{" + (0..<15_000).map { #""key\#($0)": 1"# }.joined(separator: ", ") + "}"
        },
        HostileThing("many panels", "panels") {
            #"{"mode": "storyboard", "prompt": "x", "panels": ["#
                + [String](repeating: #"{"image": "a.png"}"#, count: 10_000).joined(separator: ",")
                + "]}"
        },
        HostileThing("the same member twice", "twice") {
            #"{"mode": "mask", "mode": "text-to-video", "prompt": "x"}"#
        },
        HostileThing("zero bytes", "holds only zero bytes") { repeated("\0", 1000) },
        HostileThing("a zero byte in a string", "film.json") {
            "{\"mode\": \"text-to-video\", \"prompt\": \"a\0b\"}"
        },
        HostileThing("a lone surrogate", "film.json") {
            #"{"mode": "text-to-video", "prompt": "\ud800", "extra": 1}"#
        },
        HostileThing("control characters to be quoted", "film.json") {
            "{\"mode\": \"\u{1B}]0;x\u{7}\u{1B}[31m\u{202E}\", \"prompt\": \"x\"}"
        },
    ]

    private static let names = [
        HostileThing("a name of 255 bytes", "mode") {
            try $0.write("{}", repeated("ü", 125) + ".json")
        },
        HostileThing("a name with control characters", "film") {
            try $0.write("{}", "film\u{1B}[31m\n\r\u{7F}.json")
        },
        HostileThing("a name that reads backwards", "film") {
            try $0.write("{}", "film\u{202E}gpj.json")
        },
        HostileThing("a name that is no text", "film") { folder in
            try folder.write("{}", "film")
            let name = Array("\(folder.path)/film".utf8) + [0xFF, 0xC3] + Array(".json".utf8)
            let moved = rename(folder.at("film"), (name + [0]).map { CChar(bitPattern: $0) })
            guard moved == 0 else { throw CocoaError(.fileWriteUnknown) }
        },
        HostileThing("a name like an option", "film") { try $0.write("{}", "-rf --film.json") },
        HostileThing("a name like a way out", "film") {
            try $0.write("{}", "a\\..\\..\\film.json")
        },
    ]

    private static let paths = [
        "/etc/passwd", "../../secret.png", "a/../../../secret.png", "~/secret.png", "..", ".", "/",
        "//secret.png", "http://192.0.2.1/a.png", "file:///etc/passwd", "/proc/self/environ",
        "concat:a.png|b.png", "%d.png", "-i.png", "a\\u0000b.png", "a\\nb.png",
        "..\\\\..\\\\secret.png", repeated("a/", 3000) + "a.png", repeated("a", 256) + ".png",
    ].map { HostileThing("the path '\($0.prefix(40))'", "image", file: $0) }

    private static let media = [
        HostileThing("a file that is a link out", "leads out of the inbox", file: "a.png") {
            try $0.link("a.png", to: "../../secret.png")
        },
        HostileThing("a file that is a link to a device", "leads out", file: "a.png") {
            try $0.link("a.png", to: "/dev/zero")
        },
        HostileThing("a file that is a link to this process", "leads out", file: "a.png") {
            try $0.link("a.png", to: "/proc/self/environ")
        },
        HostileThing("links in a circle", "leads in circles", file: "a.png") {
            try $0.link("a.png", to: "b.png")
            try $0.link("b.png", to: "a.png")
        },
        HostileThing("a folder that is a link out", "leads out", file: "b/secret.png") {
            try $0.link("b", to: "../..")
        },
        HostileThing("a file that is a pipe", "a pipe or a device", file: "a.png") {
            try $0.pipe("a.png")
        },
        HostileThing("a file that is a socket", "a pipe or a device", file: "a.png") {
            try $0.socket("a.png")
        },
        HostileThing("a file of five gigabytes", "larger than 4 GiB", file: "a.png") {
            try $0.makeHole("a.png", bytes: 5 << 30)
        },
        HostileThing("a picture bomb", "50000x50000", file: "a.png") {
            try Samples.write(Bomb.png(width: 50_000, height: 50_000), to: $0.at("a.png"))
        },
        HostileThing("a bomb of remarks", "packed remarks", file: "a.png") {
            let remark = ("zTXt", Bomb.remark(400 << 20))
            try Samples.write(
                Bomb.png(width: 32, height: 32, chunks: [remark, remark, remark]),
                to: $0.at("a.png"))
        },
        HostileThing("a film of two hours and one pixel", "125825 frames") {
            try Samples.write(longGIF, to: $0.at("a.gif"))
            let request =
                #"{"mode": "stylization", "prompt": "x", "video": "a.gif", "size": "32x32", "#
            try $0.write(request + #""model": "vace-narrow", "steps": 1}"#, "long.json")
        },
    ]

    /// What only an administrator can make.
    private static let privileged = [
        HostileThing("a device", "a device or a pipe") { try $0.device("film.json") },
        HostileThing("a file that is a device", "a pipe or a device", file: "a.png") {
            try $0.device("a.png")
        },
        HostileThing("a hard link to a file of somebody else", "a hard link", file: "a.png") {
            try $0.hardLink("a.png", to: "../../secret.png")
            chown($0.at("a.png"), 12345, 12345)
        },
    ]

    /// A GIF of one pixel whose twelve pictures stand for over ten minutes each.
    private static let longGIF: [UInt8] =
        Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
        + [[UInt8]](
            repeating: [
                0x21, 0xF9, 4, 0, 0xFF, 0xFF, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1,
                0,
            ], count: 12
        ).joined() + [0x3B]
}

private func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
}

extension Folder {
    fileprivate func socket(_ name: String) throws {
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            for (index, byte) in at(name).utf8.prefix(path.count - 1).enumerated() {
                path[index] = byte
            }
        }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// `/dev/null` under another name.
    fileprivate func device(_ name: String) throws {
        guard mknod(at(name), S_IFCHR | 0o666, 1 << 8 | 3) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }
}
