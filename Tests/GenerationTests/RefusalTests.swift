// SPDX-License-Identifier: Apache-2.0

import Generation
import Requests
import TestSupport
import Testing

private let engine = Engine(modelDirectories: ["\(Golden.folder)/checkpoints"])

private func request(_ members: String) throws -> Request {
    let text = #"{"mode": "text-to-video", "prompt": "a ball", \#(members)}"#
    return try Request(parsing: Array(text.utf8))
}

@Suite("Requests that do not fit the model")
struct RefusalTests {
    @Test(arguments: [
        (#""model": "narrow", "size": "40x32""#, "size", #"Write "size": "48x32"."#),
        (#""model": "narrow", "size": "4096x32""#, "size", #"Write "size": "512x32"."#),
        (#""model": "narrow", "frames": 85"#, "frames", #"Write "frames": 81, or leave it out."#),
        (#""model": "narrow", "seconds": 60"#, "seconds", #"Write "frames": 81, or leave it out."#),
        (
            #""model": "nobody""#, "model",
            "Installed are: half, mixed, narrow, sharded, vace-mixed, vace-narrow, vace-single."
        ),
    ])
    func `the field and what to write instead`(
        members: String, field: String, hint: String
    ) throws {
        let request = try request(members)
        let error = #expect(throws: GenerationError.self) { _ = try engine.plan(request) }
        let failure = try #require(error).failure
        #expect(failure.code == Failure.badRequest)
        #expect(failure.problems.map(\.field) == [field])
        #expect(failure.problems.map(\.hint) == [hint])
        #expect(error?.exitStatus == 65)
    }

    @Test func `both problems of a request together`() throws {
        let request = try request(#""model": "narrow", "size": "40x32", "frames": 101"#)
        let error = #expect(throws: GenerationError.self) { _ = try engine.plan(request) }
        #expect(error?.failure.problems.map(\.field) == ["size", "frames"])
    }

    @Test func `no model is named and none is the starter`() throws {
        let request = try request(#""seed": 1"#)
        let error = #expect(throws: GenerationError.self) { _ = try engine.plan(request) }
        #expect(error?.failure.code == "no-model")
        #expect(error?.exitStatus == 78)
    }

    @Test func `the folder of a model itself counts as installed`() throws {
        let engine = Engine(modelDirectories: ["\(Golden.folder)/checkpoints/../checkpoints/half"])
        #expect(try engine.plan(try request(#""seed": 1"#)).model == "half")
    }

    @Test func `an empty negative prompt is a wish`() throws {
        let plan = try engine.plan(try request(#""model": "half", "negative_prompt": """#))
        #expect(plan.negativePrompt == "")
    }

    @Test func `no models at all`() throws {
        let request = try request(#""seed": 1"#)
        let empty = Engine(modelDirectories: ["/nowhere/at all"])
        #expect(
            throws: GenerationError.noModel(
                wanted: nil, installed: [], searched: ["/nowhere/at all"])
        ) { _ = try empty.plan(request) }
    }

    @Test func `an aspect ratio keeps the model's area in whole steps`() throws {
        let plan = try engine.plan(try request(#""model": "mixed", "size": "1:1""#))
        #expect(plan.width == plan.height && plan.width % 16 == 0)
        #expect(abs(Double(plan.width * plan.height) / (832 * 480) - 1) < 0.3)
    }

    @Test func `seconds become the nearest length that the model makes`() throws {
        let plan = try engine.plan(try request(#""model": "narrow", "seconds": 2, "fps": 8"#))
        #expect(plan.frames == 17)
        #expect(plan.frameRate.value == 8)
    }
}

@Suite("A job")
struct JobTests {
    @Test func `reports its stages in order and leaves a complete record`() throws {
        try withTemporaryDirectory { directory in
            let job = try Job(
                request: try request(
                    #""model": "narrow", "size": "32x16", "frames": 5, "steps": 2, "seed": 7"#),
                name: "a ball 🎈", engine: engine, into: directory)
            var reports: [Progress] = []
            while let progress = try job.next() { reports.append(progress) }
            #expect(
                reports.map(\.stage) == [
                    .load, .media, .load, .text, .load, .denoise, .denoise, .load, .decode, .decode,
                    .write,
                ])
            #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
            #expect(reports.last?.fraction == 1)
            let record = job.record
            #expect(
                record.files.map(\.name) == [
                    "a ball 🎈.mp4", "poster.jpg", "contact-sheet.jpg", "preview.webp",
                ])
            #expect(record.files.first?.frames == 5)
            #expect(record.seed == 7 && record.model?.name == "narrow")
            #expect(record.model?.sha256.count == 64)
            #expect((record.engine?.peakMemoryBytes ?? 0) > 1 << 20)
        }
    }

    @Test func `the same seed gives the same bytes, another seed others`() throws {
        func digest(seed: Int) throws -> String? {
            try withTemporaryDirectory { directory in
                let job = try Job(
                    request: try request(
                        #""model": "half", "size": "32x32", "frames": 5, "steps": 2, "seed": \#(seed)"#
                    ), name: "clip", engine: engine, into: directory)
                while try job.next() != nil {}
                return job.record.files.first?.sha256
            }
        }
        #expect(try digest(seed: 1) == digest(seed: 1))
        #expect(try digest(seed: 1) != digest(seed: 2))
    }

    @Test func `a seed is drawn where the request has none`() throws {
        try withTemporaryDirectory { directory in
            let request = try request(#""model": "narrow""#)
            let seeds = try (0..<4).map { _ in
                try Job(request: request, name: "x", engine: engine, into: directory).seed
            }
            #expect(Set(seeds).count > 1)
        }
    }

    @Test func `a folder that is not there`() throws {
        let job = try Job(
            request: try request(
                #""model": "narrow", "size": "16x16", "frames": 1, "steps": 1"#),
            name: "clip", engine: engine, into: "/nowhere/at all")
        let error = #expect(throws: GenerationError.self) {
            while try job.next() != nil {}
        }
        #expect(error?.failure.code == "cannot-write")
        #expect(error?.exitStatus == 73)
    }
}
