// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// How a process is made to end in the middle of its work.
enum Interruption: CaseIterable, Sendable {
    case asked, killed

    var signal: Int32 { self == .asked ? SIGTERM : SIGKILL }
}

/// Denoising many steps, so that something can happen between two of them.
private let longRequest = smallRequest(steps: 200, frames: 33)

extension Root {
    /// The video that `rushes generate` makes of a request, without any interruption.
    fileprivate func truth(_ request: String) throws -> [UInt8] {
        try Data(request.utf8).write(to: URL(fileURLWithPath: "\(path)/film.json"))
        let end = try Program([
            "generate", "\(path)/film.json", "--output", "\(path)/truth", "--models", Root.models,
        ]).end()
        #expect(end.status == 0, "\(end.complaints)")
        return try bytes("truth/film.mp4")
    }
}

@Suite("A worker that is interrupted", .serialized)
struct InterruptedWorkerTests {
    /// A job folder as the service leaves it to a worker, called like the request.
    private func makeJob(_ root: Root, _ request: String) throws {
        try Folder(root.path).write(request, "film/request.json")
    }

    /// Starts a worker with this test as its parent; what it reports goes to a file.
    private func work(
        _ root: Root, saveEvery seconds: Int = 0, on processors: String? = nil, reports: String
    ) throws -> Program {
        let script = #"""
            exec ${5:+taskset -c} ${5:+"$5"} "$0" work --models "$1" --save-every "$2" \
                --parent "$PPID" "$3" 3>"$4"
            """#
        return try Program(
            running: "/bin/sh",
            [
                "-c", script, Program.path, Root.models, "\(seconds)", "\(root.path)/film",
                "\(root.path)/\(reports)",
            ] + (processors.map { [$0] } ?? []))
    }

    /// The numbers of the steps that a worker reported.
    private func steps(_ root: Root, _ reports: String) -> [Int] {
        let lines = (try? root.text(reports))?.split(
            separator: "\n", omittingEmptySubsequences: true)
        return (lines ?? []).compactMap { line in
            let words = line.split(separator: " ")
            return words.starts(with: ["progress", "denoise"]) && words.count == 5
                ? Int(words[2]) : nil
        }
    }

    @Test(arguments: [(Interruption.asked, 0), (.asked, 3600), (.killed, 0)])
    func `is followed by one that goes on at its step, to the same bytes`(
        interruption: Interruption, saveEvery: Int
    ) throws {
        try withRoot { root in
            try makeJob(root, longRequest)
            let first = try work(root, saveEvery: saveEvery, reports: "first")
            #expect(root.waits { steps(root, "first").count >= 20 })
            first.signal(interruption.signal)
            let end = first.end()
            #expect(end.status == (interruption == .asked ? 75 : 1009), "\(end.complaints)")
            #expect(!root.has("film/outcome"))
            let last = try #require(steps(root, "first").last)
            #expect(last < 200)

            let second = try work(root, reports: "second").end()
            #expect(second.status == 0, "\(second.complaints)")
            let next = try #require(steps(root, "second").first)
            // Who is killed may have saved a step that it did not come to report.
            #expect(next == last + 1 || (interruption == .killed && next == last + 2))
            #expect(steps(root, "second").last == 200)
            #expect(try root.text("film/outcome") == "done\n")
            #expect(try root.bytes("film/out/film.mp4") == root.truth(longRequest))
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1))
    func `on another number of processors is begun anew, since the last bits depend on it`() throws
    {
        try withRoot { root in
            try makeJob(root, longRequest)
            let first = try work(root, on: "0", reports: "first")
            #expect(root.waits { steps(root, "first").count >= 3 })
            first.kill()
            #expect(try work(root, reports: "second").end().status == 0)
            #expect(steps(root, "second").first == 1)
            #expect(try root.bytes("film/out/film.mp4") == root.truth(longRequest))
        }
    }

    @Test func `whose progress cannot be saved says so once and finishes`() throws {
        try withRoot { root in
            let request = smallRequest(steps: 4)
            try makeJob(root, request)
            try Folder(root.path).write("in the way", "film/checkpoint")
            let end = try work(root, reports: "reports").end()
            #expect(end.status == 0)
            let complaints = end.complaints.split(separator: "\n").filter {
                $0.contains("progress cannot be saved")
            }
            #expect(complaints.count == 1, "\(end.complaints)")
            #expect(try root.bytes("film/out/film.mp4") == root.truth(request))
        }
    }
}

@Suite("A service that is interrupted", .serialized)
struct InterruptedServiceTests {
    @Test(arguments: Interruption.allCases)
    func `goes on with the job at the next start, to the same bytes`(
        interruption: Interruption
    ) throws {
        try withRoot { root in
            try root.drop("film.json", longRequest)
            let service = try Program.serve(root, "--save-every", "0")
            #expect(
                root.waits {
                    root.names(in: "spool/jobs").contains {
                        root.has("spool/jobs/\($0)/checkpoint/0-0")
                    }
                })
            service.signal(interruption.signal)
            let end = service.end()
            #expect(end.status == (interruption == .asked ? 0 : 1009), "\(end.complaints)")
            #expect(!root.has("outbox/film"))
            let restart = Date()
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["film"])
            #expect(root.names(in: "spool/jobs").isEmpty)
            #expect(try root.bytes("outbox/film/film.mp4") == root.truth(longRequest))
            // The result says when the job was first begun, which only the checkpoint knows.
            let result = try root.text("outbox/film/result.json")
            let started = try #require(
                result.firstMatch(of: #/"started": "([^"]+)"/#).map { String($0.1) })
            let reader = ISO8601DateFormatter()
            reader.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
            #expect(try #require(reader.date(from: started)) < restart)
        }
    }

    @Test(arguments: ["-1", "86401", "soon"])
    func `is not started with an interval that is none`(seconds: String) throws {
        try withRoot { root in
            let end = try Program.serve(root, "--once", "--save-every=\(seconds)").end()
            #expect(end.status == 64)
            #expect(end.complaints.contains("save-every"), "\(end.complaints)")
        }
    }
}
