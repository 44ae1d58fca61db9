// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("Hostile things in the inbox", .serialized)
struct HostileServingTests {
    /// Whatever the outbox and the spool hold of regular files, under their paths.
    private func contents(of root: Root) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for folder in ["outbox", "spool"] {
            let walk = FileManager.default.enumerator(atPath: "\(root.path)/\(folder)")
            while let name = walk?.nextObject() as? String {
                guard walk?.fileAttributes?[.type] as? FileAttributeType == .typeRegular else {
                    continue
                }
                let path = "\(root.path)/\(folder)/\(name)"
                // A hole of a terabyte comes back as it was.
                guard (walk?.fileAttributes?[.size] as? Int ?? 0) < 1 << 20 else { continue }
                found["\(folder)/\(name)"] = FileManager.default.contents(atPath: path)
            }
        }
        return found
    }

    /// All at once, so that one service has to live through all of them.
    @Test func `are refused each with its sentence, and good requests are served beside them`()
        throws
    {
        try withRoot { root in
            let secret = "SECRET-\(UUID().uuidString)"
            let folder = Folder(root.path)
            try folder.write(#"{"mode": "\#(secret)"}"#, "secret.json")
            try Samples.write(
                Root.example("harbour.png") + Array(secret.utf8), to: folder.at("secret.png"))
            let things = HostileThing.all
            for (index, thing) in things.enumerated() {
                try thing.make(in: folder.make("inbox/\(index)"))
            }
            try root.drop("good.json", smallRequest())
            let service = try Program.serve(root, "--once", "--jobs", "2")
            let end = service.end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.has("outbox/good/good.mp4"))

            for (index, thing) in things.enumerated() {
                let results = root.names(in: "outbox/\(index)")
                #expect(!results.isEmpty, "\(thing)")
                for result in results {
                    #expect(result.hasSuffix(".failed"), "\(thing)")
                    #expect(result.utf8.count <= 160, "\(thing)")
                    #expect(!result.unicodeScalars.contains { $0.value < 0x20 }, "\(thing)")
                    let text = (try? root.text("outbox/\(index)/\(result)/error.txt")) ?? ""
                    #expect(text.contains(thing.words), "\(thing): \(text.prefix(2000))")
                    #expect(text.utf8.count < 1 << 16, "\(thing)")
                    let controls = text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
                    #expect(controls.isEmpty, "\(thing): \(text.prefix(2000))")
                    #expect(!text.contains("\u{202E}"), "\(thing)")
                }
            }
            // Whoever opens or copies what came out meets plain files of one name.
            let walk = FileManager.default.enumerator(atPath: "\(root.path)/outbox")
            while let name = walk?.nextObject() as? String {
                let kind = walk?.fileAttributes?[.type] as? FileAttributeType
                let names = walk?.fileAttributes?[.referenceCount] as? Int
                #expect(kind == .typeDirectory || kind == .typeRegular && names == 1, "\(name)")
            }
            // What is in a folder stays where it is.
            let folderIndex = try #require(things.firstIndex { $0.description == "a folder" })
            #expect(root.has("inbox/\(folderIndex)/film.json/film.json"))
            // Nothing was read that lies outside of the inbox.
            for (name, content) in try contents(of: root) {
                #expect(content.range(of: Data(secret.utf8)) == nil, "\(name)")
                #expect(content.range(of: Data("root:x:0".utf8)) == nil, "\(name)")
            }
            #expect(!end.complaints.contains(secret))
            #expect(root.names(in: "spool/jobs").isEmpty)
            // The log is text, too.
            let controls = end.complaints.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
            #expect(controls.isEmpty)

            try root.drop("after.json", smallRequest())
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.has("outbox/after/after.mp4"))
        }
    }

    /// Somebody exchanges the folder for a link while its request waits.
    @Test(arguments: ["move", "leave"])
    func `a folder that becomes a link leads nowhere`(claim: String) throws {
        try withRoot { root in
            let folder = Folder(root.path)
            let secret = #"{"mode": "SECRET"}"#
            try folder.write(secret, "outside/half.json")
            try folder.write(secret, "outside/whole.json")
            try folder.write("", "inbox/PAUSE")
            try folder.write(#"{"mode": "#, "inbox/a/half.json")
            try folder.write(smallRequest(), "inbox/b/whole.json")
            let service = try Program.serve(root, "--claim", claim)
            defer { service.kill() }
            #expect(root.waits { root.has("spool/status.json") })
            usleep(300_000)
            for name in ["a", "b"] {
                rename(folder.at("inbox/\(name)"), folder.at("inbox/was-\(name)"))
                try folder.link("inbox/\(name)", to: folder.at("outside"))
            }
            unlink(folder.at("inbox/PAUSE"))
            #expect(root.waits { root.has("outbox/was-b/whole/result.json") })
            #expect(root.waits { root.has("outbox/was-a/half.failed/error.txt") })
            usleep(2_500_000)
            #expect(root.names(in: "outbox") == ["was-a", "was-b"])
            #expect(try root.text("outside/half.json") == secret)
            #expect(try root.text("outside/whole.json") == secret)
            for (name, content) in try contents(of: root) {
                #expect(content.range(of: Data("SECRET".utf8)) == nil, "\(name)")
            }
        }
    }

    /// The record of a refusal is a stranger's text when it comes back.
    @Test(arguments: ["a\\u0000b", "../../x", "/etc/x", "bob/steal", "", ".", "a\\nb"])
    func `a made-up record of an earlier try is none`(name: String) throws {
        try withRoot { root in
            try root.drop("bad.json", #"{"mode": 99}"#)
            #expect(try Program.serve(root, "--once").end().status == 0)
            let record = try root.text("outbox/bad.failed/result.json")
                .replacing(#""request": "bad""#, with: #""request": "\#(name)""#)
            #expect(record.contains(#""request": "\#(name)""#))
            try root.drop("n.failed/result.json", record)
            try root.drop("n.failed/request.json", #"{"mode": 98}"#)
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox") == ["bad.failed", "n.failed"])
            #expect(root.names(in: "outbox/n.failed") == ["request.failed"])
        }
    }

    /// Files of an earlier try are tidied away, but not through a link.
    @Test func `what comes back removes nothing outside`() throws {
        try withRoot { root in
            let folder = Folder(root.path)
            try root.drop("x.json", pictureRequest("sub/a.png"))
            try folder.write("no picture", "inbox/sub/a.png")
            #expect(try Program.serve(root, "--once").end().status == 0)
            rename(folder.at("outbox/x.failed"), folder.at("inbox/x.failed"))
            try FileManager.default.removeItem(atPath: folder.at("inbox/x.failed/sub"))
            try folder.write("no picture", "outside/a.png")
            try folder.write("no picture", "inbox/sub/a.png")
            try folder.link("inbox/x.failed/sub", to: folder.at("outside"))
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(try root.text("outside/a.png") == "no picture")
            #expect(root.names(in: "outbox") == ["x.failed"])
        }
    }

    /// One that is linked into place and then loses its first name, as maildir does it.
    @Test func `a request that arrives as a link is one when it has only one name left`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            defer { service.kill() }
            #expect(root.waits { root.has("spool/lock") && root.has("inbox") })
            let folder = Folder(root.path)
            try folder.write(smallRequest(), "new")
            try folder.hardLink("inbox/film.json", to: "new")
            usleep(500_000)
            #expect(unlink(folder.at("new")) == 0)
            #expect(root.waits { root.has("outbox/film/result.json") })
        }
    }
}
