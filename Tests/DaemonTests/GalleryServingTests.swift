// SPDX-License-Identifier: Apache-2.0

import Foundation
import Spool
import TestSupport
import Testing

@testable import Daemon

extension Root {
    /// Puts a result into the outbox that no service made, as a sync tool would bring it back.
    fileprivate func bring(_ place: String, number: Int = 0, prompt: String = "a ball") throws {
        let record = """
            {"status": "done", "request": "x", "mode": "text-to-video", "seed": \(number),
             "settings": {"prompt": "\(prompt)"}, "timing": {"finished": "2026-11-23T09:\
            \(String(100 + number / 60 % 60).suffix(2)):\(String(100 + number % 60).suffix(2)).000Z"},
             "engine": null, "files": [{"name": "x.mp4", "width": 96, "height": 64, "frames": 17, "fps": 8}]}
            """
        let folder = Folder(path)
        try folder.write(record, "outbox/\(place)/result.json")
        try folder.write("", "outbox/\(place)/x.mp4")
    }

    fileprivate func index() throws -> String { try text("outbox/index.html") }

    fileprivate func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: "\(path)/\(other)")
    }

    fileprivate func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
}

@Suite("A gallery of what is in the outbox")
struct GalleryServingTests {
    @Test func `shows what was made, and what was not with its reason`() throws {
        try withRoot { root in
            try root.drop("alice/good one.json", smallRequest())
            try root.drop("bad.json", #"{"mode": "text-to-video", "prompt": "x", "sed": 1}"#)
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0 && !end.complaints.contains("gallery"), "\(end.complaints)")
            let page = try root.index()
            for text in [
                "2 results", "src=\"alice/good%20one/poster.jpg\"",
                "href=\"alice/good%20one/good%20one.mp4\"", "Did you mean &quot;seed&quot;?",
            ] { #expect(page.contains(text), "\(text)") }
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(root.path)/outbox")
            #expect(names.sorted() == ["alice", "bad.failed", "index.html"])
        }
    }

    @Test func `of a service that stays follows soon`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            defer { service.kill() }
            #expect(root.waits { root.has("outbox/index.html") })
            try root.drop("film.json", smallRequest())
            #expect(root.waits { (try? root.index().contains("film/film.mp4")) == true })
        }
    }

    @Test func `loses what was deleted, follows what was moved, and finds what was brought`() throws
    {
        try withRoot { root in
            for name in ["gone", "moved", "kept"] { try root.bring("alice/\(name)") }
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(try root.index().contains("3 results"))
            try root.remove("outbox/alice/gone")
            try root.move("outbox/alice/moved", to: "outbox/elsewhere")
            try root.bring("gallery/brought")
            try root.bring(".hidden/old")
            #expect(try Program.serve(root, "--once").end().status == 0)
            let page = try root.index()
            #expect(page.contains("3 results"))
            for (text, isThere) in [
                ("alice/gone", false), ("alice/moved", false), (".hidden/old", false),
                ("href=\"elsewhere/x.mp4\"", true), ("href=\"alice/kept/x.mp4\"", true),
                ("href=\"gallery/brought/x.mp4\"", true),
            ] { #expect(page.contains(text) == isThere, "\(text)") }
        }
    }

    @Test(arguments: ["<h1>mine</h1>", String(repeating: "x", count: 5000) + "Rushes gallery"])
    func `leaves somebody's own index alone, and says so once`(own: String) throws {
        try withRoot { root in
            try Folder(root.path).write(own, "outbox/index.html")
            for number in 0..<200 { try root.bring("\(number)", number: number) }
            let service = try Program.serve(root)
            #expect(root.waits { root.has("spool/status.json") })
            for _ in 0..<3 {
                usleep(200_000)
                service.signal(SIGHUP)
            }
            try root.drop("film.json", smallRequest())
            #expect(root.waits { root.has("outbox/film") })
            service.signal(SIGTERM)
            let end = service.end()
            #expect(try root.index() == own)
            #expect(!root.has("outbox/gallery"))
            let told = end.complaints.split(separator: "\n").count { $0.contains("no gallery") }
            #expect(told == 1, "\(end.complaints)")
        }
    }

    @Test(arguments: ["index.html", "gallery"])
    func `follows no link, and enters nothing that has its name`(name: String) throws {
        try withRoot { root in
            let folder = Folder(root.path)
            try folder.write("theirs", "elsewhere/index.html")
            for number in 0..<130 { try root.bring("\(number)", number: number) }
            symlink(
                "\(root.path)/elsewhere\(name == "gallery" ? "" : "/index.html")",
                "\(root.path)/outbox/\(name)")
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0)
            #expect(end.complaints.contains("no gallery is written"), "\(end.complaints)")
            #expect(root.names(in: "elsewhere") == ["index.html"])
            #expect(try root.text("elsewhere/index.html") == "theirs")
        }
    }

    @Test func `is not written where none is wanted`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            #expect(try Program.serve(root, "--once", "--no-gallery").end().status == 0)
            #expect(root.has("outbox/film") && !root.has("outbox/index.html"))
        }
    }

    @Test func `has pages, as many as there are results for, and takes away only its own`() throws {
        try withRoot { root in
            for number in 0..<185 { try root.bring("a/\(number)", number: number) }
            try Folder(root.path).write("mine", "outbox/gallery/page-9.html")
            #expect(try Program.serve(root, "--once").end().status == 0)
            let pages = ["page-1.html", "page-1.js", "page-2.html", "page-2.js", "page-9.html"]
            #expect(root.names(in: "outbox/gallery") == pages)
            #expect(try root.text("outbox/gallery/page-1.html").contains("href=\"../a/0/x.mp4\""))
            #expect(try root.index().contains("href=\"gallery/page-2.html\""))
            #expect(try root.index().contains("185 results"))
            for number in 100..<185 { try root.remove("outbox/a/\(number)") }
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox/gallery") == ["page-9.html"])
            #expect(try root.text("outbox/gallery/page-9.html") == "mine")
            #expect(try !root.index().contains("rel=\"next\""))
        }
    }

    @Test func `is whole whenever the service is killed, and right after the next start`() throws {
        try withRoot { root in
            for number in 0..<400 { try root.bring("a/\(number)", number: number) }
            for milliseconds in stride(from: 5, to: 400, by: 35) {
                let service = try Program.serve(root)
                usleep(UInt32(milliseconds) * 1000)
                service.kill()
                for name in root.names(in: "outbox/gallery") {
                    let isWhole = ["</html>\n", ");\n"].contains {
                        (try? root.text("outbox/gallery/\(name)").hasSuffix($0)) == true
                    }
                    #expect(isWhole, "\(name)")
                }
                if root.has("outbox/index.html") {
                    #expect(try root.index().hasSuffix("</html>\n"))
                }
                try root.remove("outbox/a/\(milliseconds)")
            }
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(try root.index().contains("388 results"))
            #expect(root.names(in: "outbox/gallery").count == 10)
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(root.path)/outbox")
            #expect(names.sorted() == ["a", "gallery", "index.html"])
        }
    }
}

@Suite("What is known of a gallery's results")
struct GalleryIndexTests {
    @Test func `spares whatever has not changed`() throws {
        try withRoot { root in
            for number in 0..<1000 { try root.bring("a/\(number)", number: number) }
            let spool = try Spool(root: root.path)
            let outbox = spool.results
            var index = GalleryIndex()
            func update() -> Int {
                let before = index.readings
                guard case .done = index.update(outbox, while: { true }) else { return -1 }
                return index.readings - before
            }
            // Each for the order, and each for its page.
            #expect(update() == 2000)
            #expect(update() == 0)
            try root.bring("a/new", number: 1000)
            // The new one for the order, and those of the newest page.
            let newest = 1001 - 60 * (1001 / 60 - 1)
            #expect(update() == 1 + newest)
            try root.remove("outbox/gallery/page-3.js")
            #expect(update() == 60)
            try root.remove("outbox/index.html")
            #expect(update() == newest)
            #expect(try root.index().contains("1,001 results"))
        }
    }

    @Test func `gives up soon when its answer is not wanted, and goes on the next time`() throws {
        try withRoot { root in
            for number in 0..<50 { try root.bring("a/\(number)", number: number) }
            let spool = try Spool(root: root.path)
            var index = GalleryIndex()
            var answers = 30
            _ = index.update(spool.results) {
                answers -= 1
                return answers > 0
            }
            #expect(!root.has("outbox/index.html"))
            _ = index.update(spool.results) { true }
            #expect(try root.index().contains("50 results"))
        }
    }

    @Test func `of an outbox that is away fails and makes none`() throws {
        try withRoot { root in
            let spool = try Spool(root: root.path)
            try root.move("outbox", to: "elsewhere")
            var index = GalleryIndex()
            guard case .failed = index.update(spool.results, while: { true }) else {
                Issue.record("there is no outbox")
                return
            }
            #expect(!root.has("outbox"))
        }
    }
}
