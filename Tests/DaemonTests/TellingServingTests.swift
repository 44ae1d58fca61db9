// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A web server of the test's own, which writes down what it is told and answers with a status.
private final class Listener {
    private let program: Program
    let port: Int
    private let folder: String

    init(in folder: String, answering status: Int) throws {
        self.folder = folder
        let script = """
            import http.server, os, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    with open(sys.argv[1] + "/told", "ab") as file:
                        file.write(self.path.encode() + b" " + body + b"\\n")
                    self.send_response(int(sys.argv[2]))
                    self.send_header("Location", "/elsewhere")
                    self.end_headers()
                def log_message(self, *words): pass
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            with open(sys.argv[1] + "/port.new", "w") as file: file.write(str(server.server_port))
            os.rename(sys.argv[1] + "/port.new", sys.argv[1] + "/port")
            server.serve_forever()
            """
        program = try Program(
            running: "/usr/bin/python3", ["-c", script, folder, String(status)])
        let root = Root(path: folder)
        try #require(root.waits { root.has("port") })
        port = try #require(Int(try root.text("port")))
    }

    /// What it was told: a path and a JSON text each.
    var lines: [String] {
        let text = try? String(contentsOfFile: "\(folder)/told", encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }
}

@Suite("Telling people") struct TellingServingTests {
    private func serve(_ root: Root, _ words: [String]) throws -> String {
        let end = try Program(
            ["serve", "--root", root.path, "--models", Root.models, "--bare", "--once"] + words
        ).end()
        #expect(end.status == 0, "\(end.complaints)")
        return end.complaints
    }

    @Test func `a web address is told of what is done and what failed, and why`() throws {
        try withTemporaryDirectory { folder in
            let listener = try Listener(in: folder, answering: 200)
            try withRoot { root in
                try root.drop("alice/good.json", smallRequest())
                try root.drop("bob/bad \"one\".json", #"{"mode": "text-to-video", "prompt": 7}"#)
                _ = try serve(root, ["--webhook", "http://127.0.0.1:\(listener.port)/hook?k=1"])
                let told = listener.lines.sorted()
                #expect(told.count == 2)
                #expect(told.allSatisfy { $0.hasPrefix("/hook?k=1 {") })
                let texts = try told.map { line in
                    try #require(
                        try JSONSerialization.jsonObject(
                            with: Data(line.dropFirst("/hook?k=1 ".count).utf8)) as? [String: Any])
                }.sorted { "\($0["name"] ?? "")" > "\($1["name"] ?? "")" }
                #expect(texts[0]["status"] as? String == "done")
                #expect(texts[0]["folder"] as? String == "alice")
                #expect(texts[0]["result"] as? String == "alice/good")
                #expect(texts[0]["reason"] is NSNull)
                #expect(texts[1]["status"] as? String == "failed")
                #expect(texts[1]["request"] as? String == "bob/bad \"one\".json")
                let reason = try #require(texts[1]["reason"] as? String)
                #expect(reason.contains("must be a text"), "\(reason)")
                #expect(root.names(in: "spool/messages").isEmpty)
            }
        }
    }

    @Test(arguments: [500, 302])
    func `one that does not want to hear fails no job, and is given up`(status: Int) throws {
        try withTemporaryDirectory { folder in
            let listener = try Listener(in: folder, answering: status)
            try withRoot { root in
                try root.drop("good.json", smallRequest())
                let complaints = try serve(
                    root, ["--webhook", "http://127.0.0.1:\(listener.port)/"])
                #expect(root.has("outbox/good/good.mp4"))
                // curl takes a redirection that it may not follow for an answer.
                #expect(listener.lines.count == (status == 500 ? 3 : 1))
                let said = complaints.split(separator: "\n").count { $0.contains("webhook") }
                #expect(said == (status == 500 ? 1 : 0), "\(complaints)")
            }
        }
    }

    @Test func `mail goes to whom the administrator named, by folder and occasion`() throws {
        try withRoot { root in
            let script = "\(root.path)/sendmail"
            try "#!/bin/sh\ncat > \"$0.$2\"\n".write(
                toFile: "\(root.path)/text", atomically: true, encoding: .utf8)
            let file = "\(root.path)/tell.json"
            try """
            {"mail": "all@example.org", "when": "failed", "sendmail": "\(script)",
             "folders": {"alice": {"mail": "alice@example.org", "when": "always"}}}
            """.write(toFile: file, atomically: true, encoding: .utf8)
            // Copied by a process of its own: a program that somebody has open for writing, if only as
            // the child of another test, cannot be begun.
            _ = try shell("cp \(root.path)/text \(script); chmod 700 \(script); chmod 600 \(file)")
            try root.drop("alice/good.json", smallRequest())
            try root.drop("bob/good.json", smallRequest(seed: 2))
            try root.drop("bad\nBcc: x@example.org.json", "{}")
            _ = try serve(root, ["--tell", file])
            #expect(
                root.names(in: "").filter { $0.hasPrefix("sendmail.") } == [
                    "sendmail.alice@example.org", "sendmail.all@example.org",
                ])
            let mail = try root.text("sendmail.all@example.org")
            #expect(!mail.contains("Bcc"))
            #expect(mail.hasPrefix("To: all@example.org\nSubject: =?UTF-8?B?"))
        }
    }

    @Test func `addressees that anybody may change, or that are wrong, stop the start`() throws {
        try withRoot { root in
            let file = "\(root.path)/tell.json"
            for (text, mode) in [("{}", "666"), (#"{"mial": "x"}"#, "600")] {
                try text.write(toFile: file, atomically: true, encoding: .utf8)
                _ = try shell("chmod \(mode) \(file)")
                let end = try Program.serve(root, "--once", "--tell", file).end()
                #expect(end.status == 78)
                #expect(end.complaints.contains("tell.json"))
            }
            let end = try Program.serve(root, "--once", "--webhook", "gopher://x").end()
            #expect(end.status == 78)
        }
    }

    @Test func `figures for Prometheus say what was done`() throws {
        try withRoot { root in
            try root.drop("good.json", smallRequest())
            try root.drop("bad.json", "{}")
            let file = "\(root.path)/rushes.prom"
            _ = try serve(root, ["--metrics", file])
            let text = try root.text("rushes.prom")
            for line in [
                "rushes_jobs_total{outcome=\"done\"} 1", "rushes_jobs_total{outcome=\"failed\"} 1",
                "rushes_up 0", "rushes_jobs_running 0", "rushes_paused 0",
            ] { #expect(text.contains("\n\(line)\n"), "\(text)") }
            // A file that cannot be written is said once, and nothing else.
            try root.drop("good-2.json", smallRequest(seed: 2))
            let complaints = try serve(root, ["--metrics", "/absent/rushes.prom"])
            #expect(root.has("outbox/good-2/result.json"))
            #expect(complaints.split(separator: "\n").count { $0.contains("Prometheus") } == 1)
        }
    }
}
