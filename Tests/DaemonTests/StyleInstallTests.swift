// SPDX-License-Identifier: Apache-2.0

import Daemon
import Files
import Foundation
import TestSupport
import Testing

/// What a worker made as a style is installed by the service before it is published.
@Suite("A style that was made", .serialized)
struct StyleInstallTests {
    /// A worker that learns nothing: its style is the first of the examples.
    private static let worker = """
        for folder; do :; done
        rm -rf "$folder/out"; mkdir "$folder/out" || exit 75
        cp "$folder/in/0" "$folder/out/ink.safetensors" &&
            echo '{"status": "done", "request": "x", "style": {"name": "ink", "file": "FILE",
                "trigger": "in ink"}, "seed": "18446744073709551615", "settings": {"rate": 1e-4}}' \
                >"$folder/out/result.json" &&
            echo done >"$folder/.outcome.new" && mv "$folder/.outcome.new" "$folder/outcome"
        """
    private static let file = "ink.safetensors"

    private func request(name: String = "ink", seed: Int = 1) -> String {
        """
        {"mode": "customization", "examples": ["a.png", "b.png", "c.png"], "name": "\(name)", \
        "trigger": "in ink", "seed": \(seed)}
        """
    }

    private func drop(_ name: String, _ request: String, look: String, _ root: Root) throws {
        for file in ["a.png", "b.png", "c.png"] {
            if root.has("inbox/\(file)") {
                try FileManager.default.removeItem(atPath: "\(root.path)/inbox/\(file)")
            }
            try root.drop(file, "\(look) \(file)")
        }
        try root.drop("\(name).json", request)
    }

    /// Serves once in this process.
    private func serve(
        _ root: Root, claiming file: String = Self.file, under plan: FaultPlan? = nil
    ) -> Int32 {
        var configuration = Configuration(
            root: root.path, once: true, worker: "/bin/sh",
            workerWords: [
                "sh", "-c", Self.worker.replacingOccurrences(of: "FILE", with: file) + "\n", "sh",
            ])
        configuration.styles = "\(root.path)/styles"
        configuration.pause = .milliseconds(10)
        configuration.mediaWait = configuration.pause
        return FaultPlan.$current.withValue(plan) { Daemon.serve(configuration).rawValue }
    }

    @Test func `is installed, and its record says how to call it`() throws {
        try withRoot { root in
            for (number, look) in ["wet", "dry", "wet"].enumerated() {
                try drop("film \(number)", request(seed: number), look: look, root)
                #expect(serve(root) == 0)
            }
            #expect(root.names(in: "styles") == ["ink"])
            #expect(root.names(in: "styles/ink") == ["1.safetensors", "2.safetensors"])
            #expect(try root.text("styles/ink/2.safetensors") == "dry a.png")
            // The same bytes are the version that is there.
            for (number, version) in [1, 2, 1].enumerated() {
                let folder = "outbox/film \(number)"
                #expect(
                    root.names(in: folder) == ["ink.safetensors", "request.json", "result.json"])
                let result = try root.text("\(folder)/result.json")
                #expect(result.contains("\"call\": \"ink@\(version)\""), "\(result)")
                #expect(result.contains("\"version\": \(version)"))
                // What else stands there stays as it is.
                #expect(result.contains(#""seed": "18446744073709551615""#))
                #expect(result.contains(#""rate": 0.0001"#))
            }
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    @Test func `waits where the folder cannot be written, and says why`() throws {
        try withRoot { root in
            try drop("film", request(), look: "wet", root)
            try Data("a file".utf8).write(to: URL(fileURLWithPath: "\(root.path)/styles"))
            #expect(serve(root) == 75)
            #expect(root.names(in: "outbox") == ["film.waiting.txt"])
            let notice = try root.text("outbox/film.waiting.txt")
            #expect(notice.contains("The style 'ink' cannot be installed"), "\(notice)")
            try FileManager.default.removeItem(atPath: "\(root.path)/styles")
            #expect(serve(root) == 0)
            #expect(root.names(in: "outbox") == ["film"])
            #expect(try root.text("outbox/film/result.json").contains(#""call": "ink@1""#))
            #expect(root.names(in: "styles/ink") == ["1.safetensors"])
        }
    }

    /// Such a worker was taken over, or is not ours; whoever waits gets what it made.
    @Test(arguments: ["../../../../inbox/a.png", "nothing", "ink.safetensors"])
    func `that was not asked for, or is not there, is not installed`(file: String) throws {
        try withRoot { root in
            let name = file == Self.file ? "oil" : "ink"
            try drop("film", request(name: name), look: "wet", root)
            #expect(serve(root, claiming: file) == 0)
            #expect(root.names(in: "outbox") == ["film"])
            #expect(try !root.text("outbox/film/result.json").contains("call"))
            #expect(root.names(in: "styles").isEmpty)
        }
    }

    /// Of the supervisor's calls on files one fails, or all from there on, as when it is killed.
    @Test(arguments: [(EIO, false), (ENOSPC, true)])
    func `is installed once and published once, whatever fails`(
        reason: Int32, isLasting: Bool
    ) throws {
        for number in stride(from: 1, to: 10_000, by: DaemonFaultTests.step ?? 23) {
            let range = number..<(isLasting ? Int.max : number + 1)
            let plan = FaultPlan(failing: range, errno: reason)
            try withTemporaryDirectory(inMemory: true) { path in
                let root = Root(path: path)
                try drop("film", request(), look: "wet", root)
                _ = serve(root, under: plan)
                let fault = "\(number) \(plan.first.map { "\($0)" } ?? "no fault")"
                if root.has("outbox/film") {
                    let result = try root.text("outbox/film/result.json")
                    #expect(result.contains(#""call": "ink@1""#), "\(fault)")
                }
                #expect(serve(root) == 0, "\(fault)")
                #expect(root.names(in: "outbox") == ["film"], "\(fault)")
                #expect(root.names(in: "styles/ink") == ["1.safetensors"], "\(fault)")
                let result = try root.text("outbox/film/result.json")
                #expect(result.contains(#""call": "ink@1""#), "\(fault)")
                #expect(root.names(in: "spool/jobs").isEmpty, "\(fault)")
            }
            guard plan.first != nil else { return }
        }
    }
}
