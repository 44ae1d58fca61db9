// SPDX-License-Identifier: Apache-2.0

import Daemon
import Files
import Foundation
import TestSupport
import Testing

/// Every call on files of the supervisor fails in its turn, while its workers are healthy.
@Suite("A supervisor whose calls fail", .serialized)
struct DaemonFaultTests {
    /// A worker that needs no model; its last word is the job folder.
    private static let worker = """
        for folder; do :; done
        rm -rf "$folder/out"; mkdir "$folder/out" || exit 75
        grep -q '"seed": 13' "$folder/request.json" && word=failed || word=done
        echo $word >"$folder/out/result.json" && cp "$folder/in/0" "$folder/out/film.mp4" &&
            echo $word >"$folder/.outcome.new" && mv "$folder/.outcome.new" "$folder/outcome"
        """

    /// Serves once in this process.
    private func serve(_ root: Root, under plan: FaultPlan? = nil) -> Bool {
        var configuration = Configuration(
            root: root.path, once: true, worker: "/bin/sh",
            workerWords: ["sh", "-c", Self.worker + "\n", "sh"])
        // Nothing but the request's own: the gallery and what a new inbox gets have their own tests.
        (configuration.hasGallery, configuration.furnishes) = (false, false)
        configuration.pause = .milliseconds(10)
        configuration.mediaWait = configuration.pause
        return FaultPlan.$current.withValue(plan) { Daemon.serve(configuration) == .success }
    }

    private func request(seed: Int) -> String {
        pictureRequest("a.png").replacing("\"seed\": 1", with: "\"seed\": \(seed)")
    }

    /// What the outbox may hold at any time, and must hold in the end.
    private func check(_ root: Root, isEnd: Bool, _ plan: FaultPlan) {
        let fault = "\(plan.failing) \(plan.first.map { "\($0)" } ?? "no fault")"
        let whole = [
            "good": ["film.mp4", "request.json", "result.json"],
            "bad.failed": ["a.png", "film.mp4", "request.json", "result.json"],
        ]
        for name in root.names(in: "outbox") where !name.hasSuffix(".txt") {
            if name == ".rushes-probe" && !isEnd { continue }
            #expect(root.names(in: "outbox/\(name)") == whole[name], "\(name): \(fault)")
        }
        #expect((try? root.text("inbox/a.png")) == "picture", "\(fault)")
        guard isEnd else { return }
        #expect(root.names(in: "outbox") == ["bad.failed", "good"], "\(fault)")
        #expect(root.names(in: "inbox") == ["a.png"], "\(fault)")
        #expect(root.names(in: "spool/jobs").isEmpty, "\(fault)")
    }

    /// Every how many calls one fails: each story is two whole services.
    ///
    /// Spool's own tests fail every one of theirs. `RUSHES_EVERY_CALL=3 swift test …` fails every third.
    static let step = ProcessInfo.processInfo.environment["RUSHES_EVERY_CALL"].flatMap { Int($0) }

    @Test(arguments: [(EIO, false), (ENOSPC, true), (EMFILE, true)])
    func `finishes each request exactly once after the next start`(
        reason: Int32, isLasting: Bool
    ) throws {
        for number in stride(from: 1, to: 10_000, by: Self.step ?? (isLasting ? 331 : 151)) {
            let range = number..<(isLasting ? Int.max : number + 1)
            let plan = FaultPlan(failing: range, errno: reason)
            try withTemporaryDirectory(inMemory: true) { path in
                let root = Root(path: path)
                try root.drop("a.png", "picture")
                try root.drop("good.json", request(seed: 1))
                try root.drop("bad.json", request(seed: 13))
                _ = serve(root, under: plan)
                check(root, isEnd: false, plan)
                #expect(serve(root), "\(number)")
                check(root, isEnd: true, plan)
            }
            guard plan.first != nil else {
                #expect(number > 200, "the story is shorter than it was")
                return
            }
        }
    }
}
