// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `rushes explain`, without a service.
@Suite("Explaining")
struct ExplanationTests {
    /// A root folder as a service leaves it, and what it holds before and after.
    private func withServedRoot(_ body: (Root) throws -> Void) throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            try body(root)
        }
    }

    private func explain(
        _ files: String..., in root: Root
    ) throws -> (status: Int32, output: String) {
        let before = Folder(root.path).tree
        let end = try Program(["explain", "--root", root.path] + files).end()
        #expect(end.complaints == "")
        #expect(Folder(root.path).tree == before, "it changes nothing")
        return (end.status, end.output)
    }

    private func write(_ text: String, _ name: String, in root: Root) throws {
        try Folder(root.path).write(text, name)
    }

    @Test func `a whole request will run`() throws {
        try withServedRoot { root in
            try write(smallRequest(), "inbox/alice/x.json", in: root)
            let one = try explain("\(root.path)/inbox/alice/x.json", in: root)
            #expect(one.status == 0)
            #expect(one.output.contains("It is complete and next."))
            #expect(one.output.contains("No service is running here"))
            try write(smallRequest(), "inbox/y.json", in: root)
            let other = try explain("alice/x.json", in: root)
            #expect(other.status == 0)
            #expect(other.output.contains("beside one other request"))
        }
    }

    @Test func `a name that is passed over is named with its reason`() throws {
        try withServedRoot { root in
            for (name, words) in [
                (".x.json", "hidden"), ("x.json.part", "'.part'"),
                ("x.sync-conflict-20260102-030405-ABCDEFG.json", "conflict copy"),
                ("x.txt", "ends in .json"), ("@eaDir/x.json", "'@eaDir'"),
            ] {
                try write(smallRequest(), "inbox/\(name)", in: root)
                let end = try explain(name, in: root)
                #expect(end.status == 65, "\(name)")
                #expect(end.output.contains(words), "\(end.output)")
            }
        }
    }

    /// A shell or a person passes on what is seen of it.
    @Test func `a name that is no text is found by how it reads`() throws {
        try withServedRoot { root in
            try write("", "inbox/placeholder", in: root)
            for name: [UInt8] in [Array("caf".utf8) + [0xE9] + Array(".json".utf8), [0x2E, 0xE9]] {
                let path = Array("\(root.path)/inbox/".utf8) + name
                let from = "\(root.path)/inbox/placeholder"
                try #require(link(from, path.map { CChar(bitPattern: $0) } + [0]) == 0)
            }
            let request = try explain("caf\u{FFFD}.json", in: root)
            #expect(request.output.contains("It is empty"), "\(request)")
            let hidden = try explain("\(root.path)/inbox/.\u{FFFD}", in: root)
            #expect(hidden.status == 65 && hidden.output.contains("hidden"), "\(hidden)")
        }
    }

    @Test func `a file elsewhere, a link and a folder`() throws {
        try withServedRoot { root in
            try write(smallRequest(), "outbox/x.json", in: root)
            let outside = try explain("\(root.path)/outbox/x.json", in: root)
            #expect(outside.status == 66)
            #expect(outside.output.contains("not in the inbox"))
            try Folder(root.path).link("inbox/l.json", to: "/etc/passwd")
            let link = try explain("l.json", in: root)
            #expect(link.status == 65)
            #expect(link.output.contains("symbolic link"))
            #expect(!link.output.contains("root:"))
            try write(smallRequest(), "elsewhere.json", in: root)
            try Folder(root.path).hardLink("inbox/h.json", to: "elsewhere.json")
            let hardLink = try explain("h.json", in: root)
            #expect(hardLink.status == 65)
            #expect(hardLink.output.contains("refused. This is a hard link"), "\(hardLink)")
            try Folder(root.path).make("inbox/f.json")
            #expect(try explain("f.json", in: root).status == 65)
        }
    }

    @Test func `a broken request is shown with line and column`() throws {
        try withServedRoot { root in
            try write("{\n  \"mode\": 1,\n  oops\n}", "inbox/x.json", in: root)
            let end = try explain("x.json", in: root)
            #expect(end.status == 65)
            #expect(end.output.contains("line 3, column"))
            try write(#"{"mode": "text-to-video", "promt": "x"}"#, "inbox/y.json", in: root)
            let other = try explain("y.json", in: root)
            #expect(other.status == 65)
            #expect(other.output.contains(#"Did you mean "prompt"?"#))
        }
    }

    @Test func `what is not all there is waited for`() throws {
        try withServedRoot { root in
            try write("", "inbox/empty.json", in: root)
            let empty = try explain("empty.json", in: root)
            #expect(empty.status == 75)
            #expect(empty.output.contains("It is empty"))
            let file = open("\(root.path)/inbox/half.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
            Foundation.write(file, "{", 1)
            let half = try explain("half.json", in: root)
            close(file)
            #expect(half.status == 75)
            #expect(half.output.contains("still being written"))
            #expect(try explain("half.json", in: root).status == 65)
        }
    }

    @Test func `a missing medium is named, and what stands in its place`() throws {
        try withServedRoot { root in
            let request = #"{"mode": "image-to-video", "image": "harbour.jpg"}"#
            try write(request, "inbox/x.json", in: root)
            try write("x", "inbox/harbor.jpg", in: root)
            let missing = try explain("x.json", in: root)
            #expect(missing.status == 66)
            #expect(missing.output.contains("waits for 'harbour.jpg'"))
            #expect(missing.output.contains("'harbor.jpg'"))
            try write("x", "inbox/harbour.jpg", in: root)
            try write("x", "inbox/harbour.jpg.aria2", in: root)
            let download = try explain("x.json", in: root)
            #expect(download.status == 75)
            #expect(download.output.contains("still being downloaded"))
            unlink("\(root.path)/inbox/harbour.jpg.aria2")
            #expect(try explain("x.json", in: root).status == 0)
        }
    }

    @Test func `a pause is explained`() throws {
        try withServedRoot { root in
            try write(smallRequest(), "inbox/x.json", in: root)
            try write("", "inbox/PAUSE", in: root)
            let end = try explain("x.json", in: root)
            #expect(end.status == 75)
            #expect(end.output.contains("inbox/PAUSE"))
            unlink("\(root.path)/inbox/PAUSE")
            #expect(try Program(["pause", "--root", root.path]).end().status == 0)
            let other = try explain("x.json", in: root)
            #expect(other.status == 75)
            #expect(other.output.contains("'rushes resume'"))
        }
    }

    @Test func `what is finished or refused has its place named`() throws {
        try withServedRoot { root in
            try root.drop("alice/x.json", smallRequest())
            try root.drop("bad.json", #"{"mode": 99}"#)
            #expect(try Program.serve(root, "--once").end().status == 0)
            let done = try explain("alice/x.json", in: root)
            #expect(done.status == 0)
            #expect(done.output.contains("'outbox/alice/x'"))
            let bad = try explain("bad.json", in: root)
            #expect(bad.status == 65)
            #expect(bad.output.contains("'outbox/bad.failed/error.txt'"))
            let never = try explain("never.json", in: root)
            #expect(never.status == 66)
            #expect(never.output.contains("no job and no result"))
            // Each in a paragraph; the first that will not run decides.
            let all = try explain("alice/x.json", "never.json", "bad.json", in: root)
            #expect(all.status == 66)
            #expect(all.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }.count == 3)
        }
    }

    @Test func `a request that is sent again is known`() throws {
        try withServedRoot { root in
            try root.drop("alice/x.json", smallRequest())
            #expect(try Program.serve(root, "--once").end().status == 0)
            try write(smallRequest(), "inbox/alice/x.json", in: root)
            let end = try explain("alice/x.json", in: root)
            #expect(end.status == 0)
            #expect(end.output.contains("The same request has run"))
            #expect(end.output.contains("'outbox/alice/x'"))
            try write(smallRequest(seed: 2), "inbox/alice/x.json", in: root)
            let other = try explain("alice/x.json", in: root)
            #expect(other.output.contains("It is complete and next."))
        }
    }

    @Test func `a job is found in the spool`() throws {
        try withServedRoot { root in
            try write("rushes claim 1\n1\nx.json\n", "spool/jobs/0-1/claim", in: root)
            try write(smallRequest(), "spool/jobs/0-1/request.json", in: root)
            try write("3 0\n", "spool/jobs/0-1/attempts", in: root)
            let end = try explain("x.json", in: root)
            #expect(end.status == 0)
            #expect(end.output.contains("job 0-1 now, which was begun 3 times"))
        }
    }

    @Test func `without an inbox it says so`() throws {
        try withRoot { root in
            let end = try Program(["explain", "--root", root.path, "x.json"]).end()
            #expect(end.status == 75)
            #expect(end.complaints.contains("inbox"))
            #expect(root.names(in: "").isEmpty)
        }
    }
}
