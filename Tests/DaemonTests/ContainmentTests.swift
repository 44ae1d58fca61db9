// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Service
import TestSupport
import Testing

@Suite("The cell of a worker", .serialized)
struct ContainmentTests {
    /// A field of `/proc/PID/status` or a line of `/proc/PID/limits`.
    private func fact(_ file: String, _ process: pid_t, _ name: String) throws -> [String] {
        let text = try String(contentsOfFile: "/proc/\(process)/\(file)", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        let rest = try #require(line).dropFirst(name.count)
        return rest.split { $0 == ":" || $0 == "\t" || $0 == " " }.map(String.init)
    }

    /// While a job runs, its worker can be looked at from outside.
    @Test func `has no network, no privileges and limits on everything`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest(steps: 200, frames: 33))
            let service = try Program.serve(root)
            defer { service.kill() }
            #expect(root.waits { Instant.outputBegun.isReached(in: root) })
            let children = "/proc/\(service.identifier)/task/\(service.identifier)/children"
            let text = try String(contentsOfFile: children, encoding: .utf8)
            let worker = try #require(text.split(separator: " ").first.flatMap { pid_t($0) })
            // 2: a filter of system calls, of which FilesTests shows what it refuses.
            #expect(try fact("status", worker, "Seccomp").first == "2")
            #expect(try fact("status", worker, "NoNewPrivs").first == "1")
            for limit in [
                "Max data size", "Max cpu time", "Max file size", "Max open files",
                "Max core file size",
            ] {
                #expect(try fact("limits", worker, limit).first != "unlimited", "\(limit)")
            }
            // Threads of its libraries would be left outside.
            let variables = try String(
                contentsOfFile: "/proc/\(worker)/environ", encoding: .utf8)
            #expect(variables.hasPrefix("OPENBLAS_NUM_THREADS=1\0"))
            // The supervisor itself talks to the service manager.
            #expect(try fact("status", service.identifier, "Seccomp").first == "0")
        }
    }

    /// A job whose pictures are exchanged for a link to pictures that lie elsewhere.
    @Test(arguments: [false, true])
    func `sees no file outside of the job's folder and the models`(isMoved: Bool) throws {
        try withRoot { root in
            try root.drop("pictures/rgb8.png", try Samples.bytes("rgb8.png"))
            try root.drop(
                "pictures/film.json",
                #"{"mode": "image-to-video", "image": "rgb8.png", "model": "vace-narrow", "#
                    + #""size": "32x32", "frames": 5, "steps": 1, "seed": 1}"#)
            let service = try Program.serve(root)
            #expect(root.waits { Instant.attemptRecorded.isReached(in: root) })
            service.kill()
            let job = try #require(root.names(in: "spool/jobs").first)
            let files = FileManager.default
            let pictures = "\(root.path)/spool/jobs/\(job)/in"
            if isMoved {
                try files.moveItem(atPath: pictures, toPath: "\(root.path)/elsewhere")
                try files.createSymbolicLink(
                    atPath: pictures, withDestinationPath: "\(root.path)/elsewhere")
            }
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(
                root.names(in: "outbox/pictures") == [
                    isMoved && Containment.gap == nil ? "film.failed" : "film"
                ])
        }
    }

    /// Dispatch looks after its threads once a second.
    @Test func `works for longer than a second`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest(steps: 200, frames: 81))
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["film"])
        }
    }

    /// Every folder of the model but one is a link into a cache, as Hugging Face's tools keep it.
    @Test func `reads a model that consists of links`() throws {
        try withRoot { root in
            let files = FileManager.default
            let (real, linked) = ("\(Root.models)/narrow", "\(root.path)/models/narrow")
            try files.createDirectory(atPath: linked, withIntermediateDirectories: true)
            for name in try files.contentsOfDirectory(atPath: real) {
                try files.createSymbolicLink(
                    atPath: "\(linked)/\(name)", withDestinationPath: "\(real)/\(name)")
            }
            try root.drop("film.json", smallRequest())
            let service = try Program(
                [
                    "serve", "--bare", "--root", root.path, "--models", "\(root.path)/models",
                    "--once",
                ])
            #expect(service.end().status == 0)
            #expect(root.names(in: "outbox") == ["film"])
        }
    }

    /// Serves once in this process with a worker of our own; its last word is the job folder.
    private func serve(
        _ root: Root, worker script: String, limit: Duration = .seconds(1800),
        stallLimit: Duration = .seconds(120)
    ) {
        var configuration = Configuration(
            root: root.path, once: true, worker: "/bin/sh",
            workerWords: ["sh", "-c", script + "\n", "sh"])
        configuration.mediaLimit = limit
        configuration.stallLimit = stallLimit
        #expect(Daemon.serve(configuration) == .success)
    }

    /// Given up at the first time: another try would take as long.
    @Test(arguments: [
        "echo 'mode mask' >&3", "echo 'mode mask' >&3; echo 'progress load 1 5 0' >&3",
        "echo 'mode mask' >&3; echo 'progress media 3 5 0' >&3",
    ])
    func `does not hold a job whose files never end`(reports: String) throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            serve(root, worker: reports + "; exec sleep 1000", limit: .milliseconds(100))
            #expect(root.names(in: "outbox") == ["film.failed"])
            let explanation = try root.text("outbox/film.failed/error.txt")
            #expect(explanation.contains("kept the engine busy"), "\(explanation)")
        }
    }

    /// What takes its time for good reasons is left alone.
    @Test(arguments: [
        "echo 'progress load 2 5 0' >&3", "echo 'progress denoise 1 50 0' >&3",
        "echo 'progress media 5 5 0' >&3; echo 'progress text 1 1 0' >&3",
    ])
    func `lets the model take its time`(reports: String) throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            let script = """
                for folder; do :; done
                echo 'mode mask' >&3; \(reports); sleep 1
                mkdir -p "$folder/out" && echo "{}" >"$folder/out/result.json" &&
                echo done >"$folder/outcome"
                """
            serve(root, worker: script, limit: .milliseconds(500))
            #expect(root.names(in: "outbox") == ["film"])
        }
    }

    /// Stopped or asleep: neither a word nor processor time.
    @Test(arguments: ["exec sleep 1000", "kill -STOP $$", "echo 'mode mask' >&3; exec sleep 1000"])
    func `ends a worker that gets on no more, three times`(script: String) throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            serve(root, worker: script, stallLimit: .milliseconds(200))
            #expect(root.names(in: "outbox") == ["film.failed"])
            let explanation = try root.text("outbox/film.failed/error.txt")
            #expect(explanation.contains("crashed 3 times"), "\(explanation)")
        }
    }

    @Test func `leaves a worker alone that computes and says nothing`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            let script = """
                for folder; do :; done
                begin=$(date +%s%N)
                while [ $(($(date +%s%N) - begin)) -lt 1500000000 ]; do :; done
                mkdir -p "$folder/out" && echo "{}" >"$folder/out/result.json" &&
                echo done >"$folder/outcome"
                """
            serve(root, worker: script, stallLimit: .milliseconds(600))
            #expect(root.names(in: "outbox") == ["film"])
        }
    }

    @Test func `explains a worker that used up its processor time`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            try root.drop("good.json", smallRequest(seed: 2))
            let script = """
                for folder; do :; done
                grep -q '"seed": 1}' "$folder/request.json" && kill -XCPU $$
                mkdir -p "$folder/out" && echo "{}" >"$folder/out/result.json" &&
                echo done >"$folder/outcome"
                """
            serve(root, worker: script)
            #expect(root.names(in: "outbox") == ["film.failed", "good"])
            let explanation = try root.text("outbox/film.failed/error.txt")
            #expect(explanation.contains("processor time"), "\(explanation)")
        }
    }
}
