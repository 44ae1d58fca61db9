// SPDX-License-Identifier: Apache-2.0

import Files
import Generation
import Glibc
import Media
import Requests
import TestSupport
import Testing

private let common = #""model": "short", "seed": 5, "format": "png""#

/// A request of a kind that has something of its own to take up again.
enum Interruptible: String, CaseIterable, Sendable {
    case words, video, firstFrame, references, mask, windows, loop, variations

    var text: String {
        switch self {
        case .words:
            #"{"mode": "text-to-video", "prompt": "a boat", "frames": 5, "steps": 4, \#(common)}"#
        case .video:
            """
            {"mode": "text-to-video", "prompt": "a boat", "frames": 9, "steps": 3, "guidance": 1,
             "model": "short", "seed": 5}
            """
        case .firstFrame:
            """
            {"mode": "image-to-video", "image": "a.png", "frames": 9, "steps": 3, "guidance": 1,
             \(common)}
            """
        case .references:
            """
            {"mode": "text-image-to-video", "prompt": "x", "image": ["a.png", "b.png"],
             "image_role": ["first-frame", "reference"], "frames": 5, "steps": 2, \(common)}
            """
        case .mask:
            """
            {"mode": "mask", "prompt": "a red ball", "video": "source.mkv", "size": "48x32",
             "fps": 16, "mask": {"box": [0.25, 0.25, 0.5, 0.5]}, "steps": 2, "guidance": 1,
             \(common)}
            """
        case .windows:
            """
            {"mode": "text-to-video", "prompt": "a boat", "frames": 25, "steps": 2, "guidance": 1,
             \(common)}
            """
        case .loop:
            """
            {"mode": "text-to-video", "prompt": "a boat", "frames": 17, "steps": 2, "guidance": 1,
             "loop": true, \(common)}
            """
        case .variations:
            """
            {"mode": "text-to-video", "prompt": "a boat", "frames": 5, "steps": 2, "guidance": 1,
             "variations": 2, \(common)}
            """
        }
    }
}

/// A model, the files that requests name, and a checkpoint that runs share.
struct Studio {
    var model: ShortModel
    let folder: Folder
    var checkpoint: String { folder.at("checkpoint") }

    init(in directory: String, checkpoint: String = "vace-narrow") throws {
        model = try ShortModel(in: directory, checkpoint: checkpoint)
        folder = Folder(directory)
        for (name, shade) in [("a.png", 8), ("b.png", 3)] {
            try PictureFile.writePNG(
                .pattern(32, 32) { x, y in (shade * x, 8 * y, 90) }, to: folder.at(name))
        }
        try folder.link(
            "source.mkv", to: "\(Golden.folder)/values/vace-narrow/mask/source.mkv")
    }

    /// A job that saves every step, or none where it has no checkpoint.
    func job(_ text: String, saving: Bool = true, into results: String = "results") throws -> Job {
        let request = try Request(parsing: Array(text.utf8))
        var files: [MediaPath: String] = [:]
        for path in request.media { files[path] = folder.at(path.text) }
        // As the spool does it: what an interrupted run left of its results is cleared away.
        try Directory.removeTree(Path(folder.at(results)))
        return try Job(
            request: request, name: "clip", engine: model.engine, media: MediaFiles(files),
            into: try folder.make(results).path,
            checkpoint: saving
                ? Checkpoint(in: checkpoint, of: Array(text.utf8), every: .zero) : nil)
    }

    /// What the job reports until it is done, or until it was called so often.
    func reports(of job: Job, atMost limit: Int = .max) throws -> [Progress] {
        var reports: [Progress] = []
        while reports.count < limit, let progress = try job.next() { reports.append(progress) }
        return reports
    }

    /// The files of an uninterrupted run, by name and digest.
    func truth(_ text: String) throws -> [ResultRecord.File] {
        let job = try job(text, saving: false)
        while try job.next() != nil {}
        return job.record.files
    }

    func forget() throws { try Directory.removeTree(Path(checkpoint)) }

    /// Runs a job until it has come so far, and leaves it.
    func interrupt(_ text: String, after steps: Int) throws {
        let job = try job(text)
        var left = steps
        while left > 0, let progress = try job.next() {
            if progress.stage == .denoise { left -= 1 }
        }
    }
}

@Suite("A job that is interrupted")
struct ResumeTests {
    @Test(arguments: Interruptible.allCases)
    func `after any piece of work ends with the same bytes, and no step is made twice`(
        request: Interruptible
    ) throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let truth = try studio.truth(request.text)
            let whole = try studio.reports(of: try studio.job(request.text))
            let steps = whole.count { $0.stage == .denoise }
            #expect(steps > 1)
            for calls in 1..<whole.count {
                try studio.forget()
                let first = try studio.job(request.text)
                let done = try studio.reports(of: first, atMost: calls)
                // A worker that is asked to stop saves; one that is killed does not.
                if calls % 2 == 0 { first.save() }
                let second = try studio.job(request.text)
                let rest = try studio.reports(of: second)
                #expect(second.record.files == truth, "after \(calls) pieces of work")
                let denoised = done.count { $0.stage == .denoise && $0.completed == $0.total }
                // A window that is denoised already reports that in place of its steps.
                #expect(
                    rest.count { $0.stage == .denoise }
                        == steps - done.count { $0.stage == .denoise } + denoised,
                    "after \(calls) pieces of work")
                #expect(zip(rest, rest.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
                #expect(rest.last?.fraction == 1)
            }
        }
    }

    @Test func `again and again at every step, still ends with the same bytes`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.windows.text
            let truth = try studio.truth(text)
            var (runs, made) = (0, 0)
            while runs < 100 {
                runs += 1
                let job = try studio.job(text)
                var isTransformerOpen = false
                var isInterrupted = false
                while !isInterrupted, let progress = try job.next() {
                    if progress.stage == .load { isTransformerOpen = progress.completed == 4 }
                    isInterrupted = progress.stage == .denoise && isTransformerOpen
                }
                guard isInterrupted else {
                    #expect(job.record.files == truth)
                    break
                }
                made += 1
            }
            // Three windows of two steps, and the run that only decodes.
            #expect(made == 6 && runs == 7)
        }
    }

    @Test func `loads neither text encoder nor transformer for what is denoised`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            try studio.interrupt(Interruptible.words.text, after: 4)
            let reports = try studio.reports(of: try studio.job(Interruptible.words.text))
            #expect(
                reports.map(\.stage) == [
                    .load, .media, .denoise, .load, .decode, .decode, .write,
                ])
        }
    }

    @Test func `keeps the seed that was drawn and the time when it began`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.words.text.replacing(#""seed": 5, "#, with: "")
            let first = try studio.job(text)
            _ = try first.next()
            usleep(20_000)
            let between = Timestamp.now()
            let second = try studio.job(text)
            _ = try studio.reports(of: second)
            let seed = first.seed
            #expect(second.seed == seed && second.record.seed == seed)
            #expect(try #require(second.record.timing.started) < between)
            let same = text.replacing(#""frames""#, with: #""seed": \#(seed), "frames""#)
            #expect(try studio.truth(same) == second.record.files)
        }
    }

    @Test func `counts the time of all its runs`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            try studio.interrupt(Interruptible.words.text, after: 4)
            let job = try studio.job(Interruptible.words.text)
            _ = try studio.reports(of: job)
            // This run denoised nothing.
            #expect(job.record.timing.stages.denoise > 0 && job.record.timing.stages.text > 0)
        }
    }

    @Test func `long intervals save the beginning and what is denoised, nothing between`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.words.text
            let job = try Job(
                request: try Request(parsing: Array(text.utf8)), name: "clip",
                engine: studio.model.engine, into: try studio.folder.make("results").path,
                checkpoint: Checkpoint(
                    in: studio.checkpoint, of: Array(text.utf8), every: .seconds(3600)))
            var names: [[String]] = []
            while let progress = try job.next() {
                if progress.stage == .denoise { names.append(Folder(studio.checkpoint).tree) }
            }
            #expect(names == [["job"], ["job"], ["job"], ["0-0", "job"]])
        }
    }
}

extension [ResultRecord.File] {
    /// Those of the clip's folder, without the pictures beside it.
    var frames: Self { filter { $0.name.hasPrefix("clip/") } }
}
