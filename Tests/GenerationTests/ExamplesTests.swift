// SPDX-License-Identifier: Apache-2.0

import Files
import Generation
import Requests
import TestSupport
import Testing

private let root = String(Golden.folder.dropLast("Tests/Golden".count))

@Suite("The examples, with the model that comes along")
struct ExamplesTests {
    @Test(arguments: ModeName.allCases)
    func `make what they say`(mode: ModeName) throws {
        try withTemporaryDirectory { directory in
            let bytes = try WholeFile.read(
                Path("\(root)examples/\(mode.rawValue).json"), limit: 1 << 20)
            var request = try Request(parsing: bytes)
            #expect(request.mode.name == mode)
            // Enough to go through every station.
            request.steps = 2
            var files: [MediaPath: String] = [:]
            for path in request.media { files[path] = "\(root)examples/\(path.text)" }
            let job = try Engine(modelDirectories: ["\(root)models"]).job(
                request, name: "clip", media: MediaFiles(files), into: directory)
            var stages: Set<Stage> = []
            while let progress = try job.next() { stages.insert(progress.stage) }
            let record = job.record
            if mode == .customization {
                #expect(stages == Set(Stage.allCases))
                #expect(
                    record.files.map(\.name)
                        == ["striped-balloon.safetensors", "before-after.jpg", "loss.svg"])
            } else {
                #expect(stages == Set(Stage.allCases).subtracting([.train]))
                #expect(
                    record.files.map(\.name) == [
                        "clip.mp4", "poster.jpg", "contact-sheet.jpg", "preview.webp",
                    ])
            }
            #expect(record.files.allSatisfy { $0.bytes > 500 && $0.sha256.count == 64 })
            #expect(record.inputs.map(\.name) == request.media.map(\.text))
            #expect(record.warnings == [])
        }
    }
}
