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
            // Nothing was read that lies outside of the inbox.
            for (name, content) in try contents(of: root) where !name.hasSuffix("request.json") {
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
