// SPDX-License-Identifier: Apache-2.0

import Generation
import Glibc
import JSON
import Media
import Requests
import TestSupport
import Testing

/// Enough noise levels near the first that a random embedding changes little between some.
private let dense = #""steps": 6, "shift": 100, "model": "short", "seed": 5, "format": "png""#

@Suite("A job with a step cache")
struct StepCacheTests {
    private static let words =
        #"{"mode": "text-to-video", "prompt": "a boat", "frames": 5, \#(dense)}"#
    private static let led =
        #"{"mode": "image-to-video", "image": "a.png", "frames": 5, \#(dense)}"#
    private static let both = [words, led]

    /// The studio's model reuses the steps 1, 2 and 4 at the threshold 1.
    private static func studio(_ directory: String, threshold: Double = 1) throws -> Studio {
        var studio = try Studio(in: directory, checkpoint: "vace-mixed")
        studio.model.engine.approximations = Approximations(stepCache: threshold)
        return studio
    }

    @Test func `makes the frames of diffusers with the same steps left out`() throws {
        let golden = try Golden.tensors("step-cache/narrow")
        let frames = try #require(golden["frames"])
        let reused = try #require(golden["reused"]).values
        let threshold = Double(try #require(golden["threshold"]).values[0])
        try withTemporaryDirectory { directory in
            let engine = Engine(
                modelDirectories: ["\(Golden.folder)/checkpoints"],
                approximations: Approximations(stepCache: threshold))
            let request = try Request(
                parsing: try Golden.bytes("\(Golden.folder)/values/step-cache/narrow.json"))
            let job = try Job(request: request, name: "clip", engine: engine, into: directory)
            #expect(job.plan.stepCache.reused == reused.indices.filter { reused[$0] == 1 })
            while try job.next() != nil {}
            for index in 0..<frames.shape[0] {
                let picture = try PictureFile.read("\(directory)/clip/000\(index).png")
                let frame = frames.slices(index..<index + 1).values
                #expect(picture.pixels.count == frame.count)
                let error = zip(picture.pixels, frame).reduce(0.0) { total, pair in
                    let difference = Double(pair.0) / 255 - Double(pair.1)
                    return total + difference * difference
                }
                let decibels = -10 * log10(error / Double(frame.count) + 1e-20)
                #expect(decibels >= 50, "frame \(index): \(decibels) dB")
            }
        }
    }

    @Test(arguments: both)
    func `that reuses nothing changes no byte, and one that does says so`(text: String) throws {
        try withTemporaryDirectory { directory in
            let exact = try Self.studio(directory, threshold: 0)
            let truth = try exact.truth(text)
            let plan = try exact.job(text, saving: false).plan
            #expect(!plan.text.contains("approximations") && plan.stepCache.reused == [])
            let cases: [(Double, [Int])] = [(1e-9, []), (1, [1, 2, 4])]
            for (threshold, reused) in cases {
                let folder = try Folder(directory).make("\(threshold)")
                let studio = try Self.studio(folder.path, threshold: threshold)
                let job = try studio.job(text, saving: false)
                _ = try studio.reports(of: job)
                #expect(job.plan.stepCache.reused == reused)
                // The preview says how it was made, this setting too.
                #expect((job.record.files.frames == truth.frames) == reused.isEmpty)
                let said: JSONValue = [
                    "step_cache": [
                        "threshold": .double(threshold),
                        "steps_reused": .integer(Int64(reused.count)),
                    ]
                ]
                #expect(job.plan.json["approximations"] == said)
                #expect(job.record.json["engine"]?["approximations"] == said)
                #expect(job.record.comment.contains("step_cache"))
                #expect((job.plan.work.operations < plan.work.operations) == !reused.isEmpty)
            }
        }
    }

    @Test(arguments: both)
    func `and is interrupted after any piece of work ends with the same bytes`(
        text: String
    ) throws {
        try withTemporaryDirectory { directory in
            let studio = try Self.studio(directory)
            let truth = try studio.truth(text)
            let job = try studio.job(text)
            let whole = try studio.reports(of: job)
            let reused = job.plan.stepCache.reused
            #expect(reused == [1, 2, 4])
            for calls in 1..<whole.count {
                try studio.forget()
                let first = try studio.job(text)
                let done = try studio.reports(of: first, atMost: calls)
                if calls % 2 == 0 { first.save() }
                let second = try studio.job(text)
                let rest = try studio.reports(of: second)
                #expect(second.record.files == truth, "after \(calls) pieces of work")
                // It goes on with the last step that is computed, done or not.
                let completed = done.last { $0.stage == .denoise }?.completed ?? 0
                let resumed = try #require(rest.first { $0.stage == .denoise }).completed
                let saved = (0...completed).last { !reused.contains($0) }
                #expect(resumed == min(6, (saved ?? 0) + 1), "after \(calls) pieces of work")
                #expect(zip(rest, rest.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
                #expect(rest.last?.fraction == 1)
            }
        }
    }

    @Test func `does not go on where one with another threshold was interrupted`() throws {
        try withTemporaryDirectory { directory in
            var studio = try Self.studio(directory)
            try studio.interrupt(Self.words, after: 5)
            studio.model.engine.approximations = .none
            let job = try studio.job(Self.words)
            let reports = try studio.reports(of: job)
            #expect(reports.first { $0.stage == .denoise }?.completed == 1)
            #expect(try job.record.files == studio.truth(Self.words))
        }
    }

    @Test func `takes no part of the estimate for what is reused`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Self.studio(directory)
            let reports = try studio.reports(of: try studio.job(Self.words, saving: false))
            let fractions = reports.filter { $0.stage == .denoise }.map(\.fraction)
            #expect(fractions.count == 6)
            #expect(fractions[0] == fractions[1] && fractions[1] == fractions[2])
            #expect(fractions[2] < fractions[3] && fractions[3] == fractions[4])
            #expect(fractions[4] < fractions[5])
        }
    }
}
