// SPDX-License-Identifier: Apache-2.0

import Files
import Media
import Requests
import TestSupport
import Testing

@testable import Generation

/// A tiny model, and examples of a style beside it.
struct Class {
    let model: ShortModel
    let folder: Folder

    init(in directory: String, checkpoint: String = "vace-narrow") throws {
        model = try ShortModel(in: directory, checkpoint: checkpoint)
        folder = Folder(directory)
        for (index, size) in [(32, 32), (48, 32), (32, 48), (64, 64)].enumerated() {
            try PictureFile.writePNG(
                .pattern(size.0, size.1) { x, y in (60 * index + x, 5 * y, 200 - 3 * x) },
                to: folder.at("\(index).png"))
        }
        let root = Golden.folder.dropLast("Tests/Golden".count)
        try folder.link("clip.mp4", to: "\(root)examples/media/walk.mp4")
    }

    /// A request with some more members.
    func request(_ members: String = "", steps: Int = 3) -> String {
        """
        {"mode": "customization", "model": "short", "name": "ink", "trigger": "in ink",
         "examples": ["0.png", {"image": "1.png", "caption": "a boat"}, {"video": "clip.mp4"}],
         "seed": 5, "steps": \(steps), "batch": 2, "rank": 2\(members)}
        """
    }

    /// A job that saves every step, or none where it has no checkpoint.
    func job(
        _ text: String, saving: Bool = true, into results: String = "results"
    ) throws -> any ResumableJob {
        let request = try Request(parsing: Array(text.utf8))
        var files: [MediaPath: String] = [:]
        for path in request.media { files[path] = folder.at(path.text) }
        try Directory.removeTree(Path(folder.at(results)))
        return try model.engine.job(
            request, name: "clip", media: MediaFiles(files),
            into: try folder.make(results).path,
            checkpoint: saving
                ? Checkpoint(in: folder.at("checkpoint"), of: Array(text.utf8), every: .zero)
                : nil)
    }

    func record(of text: String, saving: Bool = false) throws -> ResultRecord {
        let job = try job(text, saving: saving)
        while try job.next() != nil {}
        return job.record
    }

    /// What a request is refused with.
    func failure(of text: String) throws -> Failure? {
        do {
            let request = try Request(parsing: Array(text.utf8))
            var files: [MediaPath: String] = [:]
            for path in request.media { files[path] = folder.at(path.text) }
            _ = try model.engine.planText(of: request, media: MediaFiles(files))
            return nil
        } catch let error as GenerationError {
            return error.failure.located(in: Array(text.utf8))
        }
    }
}

@Suite("A style, before it is trained")
struct TrainingPlanTests {
    private func plan(_ school: Class, _ text: String) throws -> TrainingPlan {
        let request = try Request(parsing: Array(text.utf8))
        guard case .customization(let style) = request.mode else {
            throw GenerationError.request([])
        }
        var files: [MediaPath: String] = [:]
        for path in request.media { files[path] = school.folder.at(path.text) }
        return try school.model.engine.trainingPlan(style, of: request, media: MediaFiles(files))
    }

    @Test func `each example gets the nearest shape of one area, and a clip whole latent frames`()
        throws
    {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let examples = try plan(
                school,
                #"""
                {"mode": 8, "model": "short", "name": "ink", "trigger": "in ink",
                 "examples": ["0.png", "1.png", "2.png", "3.png", "clip.mp4"], "frames": 9}
                """#
            ).examples
            #expect(
                examples.map { "\($0.bucket.width)x\($0.bucket.height)x\($0.bucket.frames)" }
                    == ["32x32x1", "32x32x1", "32x32x1", "32x32x1", "32x32x9"])
            #expect(examples.map(\.isMoving) == [false, false, false, false, true])
        }
    }

    @Test func `shapes are multiples, of about one area, and the nearest is taken`() {
        let shapes = BucketShapes(
            area: 96 * 64, steps: (16, 16), limits: (512, 512), ratio: 0.125...8)
        for shape in shapes.shapes {
            #expect(shape.width % 16 == 0 && shape.height % 16 == 0)
            #expect((0.74...1.34).contains(Double(shape.width * shape.height) / 6144))
        }
        func nearest(_ width: Int, _ height: Int) -> [Int]? {
            shapes.nearest(to: width, height).map { [$0.width, $0.height] }
        }
        #expect(nearest(1920, 1280) == [96, 64])
        #expect(nearest(500, 500) == [80, 80])
        #expect(nearest(640, 960) == [64, 96])
        #expect(nearest(10, 10_000) == [32, 192])
    }

    @Test func `validate prints what it will do`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let text = try plan(school, school.request(#", "prior": 0.5, "alpha": 4"#)).text
            for part in [
                #""mode": "customization""#, #""rank": 2"#, #""alpha": 4"#, #""steps": 3"#,
                #""learning_rate": 0.002"#, #""prior": 0.5"#, #""buckets""#, #""memory_bytes""#,
                #""seconds_per_step""#, #""examples": 3"#,
            ] {
                #expect(text.contains(part), "\(part) is missing in \(text)")
            }
        }
    }

    @Test func `what cannot be read is named, all of it`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            try school.folder.write("no picture", "0.png")
            try school.folder.write("", "1.png")
            let failure = try #require(try school.failure(of: school.request()))
            #expect(failure.code == "unusable-media")
            #expect(failure.message == "2 files that the request names cannot be used.")
            #expect(failure.problems.map(\.field) == ["examples[0]", "examples[1]"])
            #expect(failure.problems[0].message.contains("'0.png'"))
            #expect(failure.problems[1].message.contains("'1.png'"))
            #expect(failure.problems.allSatisfy { $0.line == 2 })
        }
    }

    @Test func `two files of the same content are named`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let bytes = try WholeFile.read(Path(school.folder.at("0.png")), limit: 1 << 20)
            try WholeFile.write(bytes, to: Path(school.folder.at("1.png")))
            let failure = try #require(try school.failure(of: school.request()))
            #expect(failure.code == Failure.badRequest)
            #expect(failure.problems.map(\.field) == ["examples[1]"])
            #expect(
                failure.problems.map(\.message) == ["'1.png' has the same content as '0.png'."])
            #expect(
                failure.problems.map(\.hint) == [
                    "Leave one of the two out: an example that is there twice counts twice."
                ])
        }
    }

    @Test func `a still picture is no video, and a size has to fit the model`() throws {
        try withTemporaryDirectory { directory in
            let school = try Class(in: directory)
            let still = school.request().replacing("clip.mp4", with: "3.png")
            let failure = try #require(try school.failure(of: still))
            #expect(
                failure.problems.map(\.message) == [
                    "'3.png' is a still picture; \"video\" wants one that moves."
                ])
            let odd = try #require(
                try school.failure(of: school.request(#", "size": "40x32""#)))
            #expect(odd.problems.map(\.field) == ["size"])
        }
    }

    @Test func `captions carry the trigger, once`() {
        #expect(Captions.caption(nil, trigger: "in ink") == "in ink")
        #expect(Captions.caption("a boat", trigger: "in ink") == "a boat, in ink")
        #expect(Captions.caption("a boat In Ink", trigger: "in ink") == "a boat In Ink")
    }
}

@Suite("The losses of a training")
struct LossTests {
    @Test func `that fall and stay are no trouble`() {
        var history = LossHistory(batch: 4)
        #expect(history.window == 50)
        for step in 0..<500 {
            _ = history.append(1 / (1 + Float(step) / 50) + (step % 2 == 0 ? 0.1 : -0.1))
            #expect(!history.isDiverged)
        }
        #expect(history.best != nil)
    }

    @Test func `that rise to twice the best mean are astray`() {
        var history = LossHistory(batch: 4)
        for _ in 0..<100 { _ = history.append(0.5) }
        var steps = 0
        while !history.isDiverged, steps < 200 {
            _ = history.append(1.5)
            steps += 1
        }
        // Half of the window at three times the loss is a mean of twice.
        #expect(steps == 26)
    }

    @Test(arguments: [Float.nan, .infinity])
    func `that are no numbers are astray at once`(loss: Float) {
        var history = LossHistory(batch: 1)
        #expect(history.window == 200)
        _ = history.append(0.5)
        #expect(!history.isDiverged)
        #expect(!history.append(loss) && history.isDiverged)
    }

    @Test(arguments: [[], [0.5], [Float.infinity], (0..<600).map { 1 / Float($0 + 1) }])
    func `are drawn whatever they are`(losses: [Float]) {
        let curve = LossCurve(
            title: "a < b & c", losses: losses, steps: max(losses.count, 1),
            kept: losses.count > 1 ? 400 : nil)
        let svg = curve.svg
        #expect(svg.hasPrefix("<svg xmlns") && svg.hasSuffix("</svg>\n"))
        #expect(svg.contains("a &lt; b &amp; c"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        #expect(svg.contains("training step") && svg.contains("prefers-color-scheme: dark"))
        #expect(svg.contains("kept: step 400; stopped at 600") == (losses.count > 1))
    }
}
