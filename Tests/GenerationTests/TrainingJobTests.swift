// SPDX-License-Identifier: Apache-2.0

import Files
import JSON
import Model
import Requests
import TestSupport
import Testing
import Training

@testable import Generation

@Suite("A style that is trained")
struct TrainingJobTests {
    /// The header of a safetensors file.
    private func header(_ path: String) throws -> JSONNode {
        let bytes = try WholeFile.read(Path(path), limit: 1 << 26)
        let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        return try JSONNode(parsing: Array(bytes[8..<8 + length]), limits: .configuration)
    }

    @Test func `becomes an adapter, a sheet and a curve, with all facts in the record`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let job = try school.job(school.request(#", "prior": 0.5"#), saving: false)
            var reports: [Progress] = []
            while let progress = try job.next() { reports.append(progress) }
            let record = job.record
            #expect(
                record.files.map(\.name) == ["ink.safetensors", "before-after.jpg", "loss.svg"])
            #expect(record.files.allSatisfy { $0.bytes > 500 && $0.sha256.count == 64 })
            #expect(record.files.map { $0.width == nil } == [true, false, true])
            #expect(
                record.madeStyle
                    == ResultRecord.MadeStyle(
                        name: "ink", file: "ink.safetensors", trigger: "in ink"))
            #expect(record.inputs.map(\.name) == ["0.png", "1.png", "clip.mp4"])
            #expect(record.mode == .customization && record.seed == 5 && record.warnings == [])
            #expect(record.timing.stages.train > 0 && record.timing.stages.denoise > 0)

            let header = try header(school.folder.at("results/ink.safetensors"))
            let names = try #require(header.members).map(\.key).filter { $0 != "__metadata__" }
            // A and B of ten projections in each of three blocks.
            #expect(names.count == 60)
            #expect(names.contains("transformer.blocks.0.attn1.to_q.lora_A.weight"))
            #expect(names.contains("transformer.blocks.2.ffn.net.2.lora_B.weight"))
            let metadata = header["__metadata__"]
            #expect(metadata?["format"]?.string == "pt")
            for (key, value) in [
                ("trigger", "in ink"), ("base_model", "short"), ("rank", "2"), ("steps", "3"),
                ("seed", "5"), ("base_sha256", record.model?.sha256 ?? ""),
                ("examples_sha256", record.inputs.map(\.sha256).joined(separator: " ")),
            ] {
                #expect(metadata?["rushes.\(key)"]?.string == value, "\(key)")
            }

            let steps = reports.filter { $0.stage == .train }
            #expect(steps.last?.completed == 3 && steps.last?.total == 3)
            #expect(steps.contains { $0.secondsLeft != nil })
            #expect(reports.last?.fraction == 1)
            let fractions = reports.map(\.fraction)
            #expect(fractions == fractions.sorted(), "\(fractions)")
        }
    }

    @Test func `is the same each time, and another with another seed`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let first = try school.record(of: school.request())
            #expect(try school.record(of: school.request()).files == first.files)
            let other = school.request().replacing("\"seed\": 5", with: "\"seed\": 6")
            #expect(try school.record(of: other).files.map(\.sha256) != first.files.map(\.sha256))
        }
    }

    /// How a run ends in the middle.
    enum End: CaseIterable {
        case killed, asked
    }

    @Test(arguments: End.allCases)
    func `goes on after an interruption anywhere, to the same bytes`(end: End) throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let text = school.request(#", "prior": 1"#, steps: 6)
            let truth = try school.record(of: text)
            var calls = 0
            let whole = try school.job(text, saving: false)
            while try whole.next() != nil { calls += 1 }
            // One job that is interrupted again and again, and still comes to its end.
            var (runs, isDone) = (0, false)
            while !isDone, runs < 40 {
                let job = try school.job(text)
                // What is there already takes a call each.
                var left = 24 + 7 * runs
                while left > 0, !isDone {
                    if try job.next() == nil {
                        isDone = true
                        #expect(job.record.files == truth.files)
                        #expect(job.savingTrouble == nil)
                    }
                    left -= 1
                }
                if end == .asked { job.save() }
                runs += 1
            }
            #expect(isDone && runs > 3, "\(runs) runs, \(calls) calls")
        }
    }

    @Test func `of another request begins anew`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let text = school.request(steps: 4)
            let truth = try school.record(of: text)
            _ = try school.record(of: school.request(steps: 2), saving: true)
            #expect(try school.record(of: text, saving: true).files == truth.files)
        }
    }

    @Test func `that goes astray keeps what was good, and says so`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            var progress = try school.progress()
            for _ in 0..<progress.history.window { progress.append(0.5) }
            let good = try #require(progress.good)
            #expect(good.steps == progress.history.window)
            while !progress.history.isDiverged { progress.append(3) }
            #expect(progress.result?.steps == good.steps)

            var early = try school.progress()
            early.append(0.5)
            early.append(.nan)
            #expect(early.history.isDiverged && early.result?.steps == 1)
            var never = try school.progress()
            never.append(.infinity)
            #expect(never.result == nil)
        }
    }
}

extension Class {
    /// A training that has not begun.
    fileprivate func progress() throws -> TrainingProgress {
        let transformer = try TrainableTransformer(
            ModelPart(folder: Golden.model("vace-narrow") + "/transformer"))
        return TrainingProgress(
            state: TrainingState(FactorSet(for: transformer, rank: 2, seed: 1)),
            history: LossHistory(batch: 2))
    }
}
