// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import TestSupport
import Testing

/// An instant of a job's life, seen from outside by what stands in the spool.
enum Instant: String, CaseIterable, Sendable {
    case folderMade, requestMoved, attemptRecorded, outputBegun, posterWritten, videoWritten
    case outcomeWritten, published

    func isReached(in root: Root) -> Bool {
        func job(_ file: String) -> Bool {
            root.names(in: "spool/jobs").contains { root.has("spool/jobs/\($0)/\(file)") }
        }
        return switch self {
        case .folderMade: !root.names(in: "spool/jobs").isEmpty
        case .requestMoved: job("request.json")
        case .attemptRecorded: job("attempts")
        case .outputBegun: job("out")
        case .posterWritten: job("out/poster.jpg")
        case .videoWritten: job("out/result.json")
        case .outcomeWritten: job("outcome")
        case .published: root.has("outbox/film")
        }
    }
}

@Suite("A service that is killed", .serialized)
struct KillTests {
    /// What must hold at every time: a result is whole or is not there.
    private func expectNothingHalf(_ root: Root) throws {
        guard root.has("outbox/film") else { return }
        #expect(
            root.names(in: "outbox/film") == [
                "contact-sheet.jpg", "film.mp4", "poster.jpg", "preview.webp", "request.json",
                "result.json",
            ])
        #expect(try root.text("outbox/film/result.json").hasSuffix("}\n"))
    }

    private func expectDoneOnce(_ root: Root) throws {
        #expect(root.names(in: "outbox") == ["film"])
        try expectNothingHalf(root)
        #expect(root.names(in: "inbox").isEmpty)
        #expect(root.names(in: "spool/jobs").isEmpty)
    }

    @Test(arguments: Instant.allCases)
    func `at any instant finishes the job exactly once after a restart`(instant: Instant) throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest(steps: 40, frames: 33))
            let service = try Program.serve(root)
            #expect(root.waits { instant.isReached(in: root) || root.has("outbox/film") })
            service.kill()
            try expectNothingHalf(root)
            #expect(try Program.serve(root, "--once").end().status == 0)
            try expectDoneOnce(root)
        }
    }

    @Test func `again and again still finishes each request exactly once`() throws {
        try withRoot { root in
            let names = (1...6).map { "film \($0)" }
            for name in names { try root.drop("\(name).json", smallRequest(steps: 8)) }
            // Later and later instants of a run; which ones they are does not matter.
            for milliseconds in stride(from: 2, through: 120, by: 9) {
                let service = try Program.serve(root, "--jobs", "2")
                usleep(UInt32(milliseconds) * 1000)
                service.kill()
            }
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == names)
            for name in names { #expect(root.has("outbox/\(name)/\(name).mp4")) }
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    @Test func `politely ends at once, and the job goes on at the next start`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest(steps: 200, frames: 33))
            let service = try Program.serve(root)
            #expect(root.waits { Instant.outputBegun.isReached(in: root) })
            service.signal(SIGTERM)
            let end = service.end()
            #expect(end.status == 0, "\(end.complaints)")
            try expectNothingHalf(root)
            #expect(try Program.serve(root, "--once").end().status == 0)
            try expectDoneOnce(root)
        }
    }
}

@Suite("A worker that crashes", .serialized)
struct WorkerCrashTests {
    /// Serves once in this process with a worker of our own; its last word is the job folder.
    private func serves(_ root: Root, worker script: String) -> Bool {
        let status = Daemon.serve(
            Configuration(
                root: root.path, once: true, worker: "/bin/sh",
                workerWords: ["sh", "-c", script + "\n", "sh"]))
        return status == .success
    }

    @Test(arguments: ["kill -SEGV $$", "kill -ABRT $$", "exit 3"])
    func `is tried three times, then the request is set aside with that sentence`(
        script: String
    ) throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            #expect(serves(root, worker: script))
            #expect(root.names(in: "outbox") == ["film.failed"])
            let explanation = try root.text("outbox/film.failed/error.txt")
            #expect(explanation.contains("The engine crashed 3 times"), "\(explanation)")
            #expect(try root.text("outbox/film.failed/request.json") == smallRequest())
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    /// Another program's hunger for memory, which passes: half a minute of it ends no request.
    @Test func `or is killed by the system is tried ten times, with growing pauses`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            var configuration = Configuration(
                root: root.path, once: true, worker: "/bin/sh",
                workerWords: ["sh", "-c", "kill -KILL $$\n", "sh"])
            configuration.retryInterval = .milliseconds(500)
            // The first two pauses are waited for; after that a service that ends by itself ends.
            for kills in 3...9 {
                #expect(Daemon.serve(configuration) == .tryAgain)
                let job = try #require(root.names(in: "spool/jobs").first)
                #expect(try root.text("spool/jobs/\(job)/attempts") == "\(kills) 0 \(kills)\n")
                #expect(root.names(in: "outbox") == ["film.waiting.txt"])
            }
            #expect(Daemon.serve(configuration) == .success)
            #expect(root.names(in: "outbox") == ["film.failed"])
            let explanation = try root.text("outbox/film.failed/error.txt")
            #expect(explanation.contains("The engine was killed 10 times"), "\(explanation)")
            #expect(explanation.contains("memory is short"), "\(explanation)")
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    @Test func `and is well again is not held against the request`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            let script = """
                for folder; do :; done
                [ "$(wc -l <"$folder/../../kills")" -lt 1 ] &&
                    echo >>"$folder/../../kills" && kill -KILL $$
                mkdir -p "$folder/out" && echo "{}" >"$folder/out/result.json" &&
                echo done >"$folder/outcome"
                """
            try FileManager.default.createDirectory(
                atPath: "\(root.path)/spool", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: "\(root.path)/spool/kills"))
            #expect(serves(root, worker: script))
            #expect(root.names(in: "outbox") == ["film"])
        }
    }

    @Test func `half its output is not published`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            let script =
                #"for folder; do :; done; mkdir -p "$folder/out"; echo half >"$folder/out/film.mp4"; kill -SEGV $$"#
            #expect(serves(root, worker: script))
            #expect(
                root.names(in: "outbox/film.failed") == [
                    "error.txt", "request.json", "result.json",
                ])
        }
    }

    @Test func `one bad request does not hold up the next`() throws {
        try withRoot { root in
            try root.drop("bad.json", smallRequest(seed: 13))
            try root.drop("good.json", smallRequest(seed: 2))
            let script = """
                for folder; do :; done
                grep -q '"seed": 13' "$folder/request.json" && kill -SEGV $$
                mkdir -p "$folder/out" && echo "{}" >"$folder/out/result.json" &&
                echo done >"$folder/outcome"
                """
            #expect(serves(root, worker: script))
            #expect(root.names(in: "outbox") == ["bad.failed", "good"])
        }
    }
}
