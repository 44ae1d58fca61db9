// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Requests
import Tensors
import TestSupport
import Testing
import Weights

@Suite("Frames of other formats equal diffusers'")
struct FormatParityTests {
    private static let folder = "\(Golden.folder)/formats"

    /// A folder of single files: GGUF, a VACE module, original names.
    @Test(arguments: ["words", "reference"])
    func `the frames of the mixed folder`(name: String) throws {
        let path = "\(Self.folder)/values/\(name)"
        var store = try WeightStore(file: "\(path)/frames.safetensors")
        let takenFrames = store.takeIfPresent("frames")
        let frames = try #require(takenFrames).tensor
        try withTemporaryDirectory { directory in
            let request = try Request(parsing: try Golden.bytes("\(path)/request.json"))
            let media = MediaFiles(
                Dictionary(uniqueKeysWithValues: request.media.map { ($0, "\(path)/\($0.text)") }))
            let job = try Job(
                request: request, name: "clip",
                engine: Engine(modelDirectories: [Self.folder]), media: media, into: directory)
            while try job.next() != nil {}
            #expect(job.record.files.count { $0.name.hasPrefix("clip/") } == frames.shape[0])
            for index in 0..<frames.shape[0] {
                let expected = frames.slices(index..<index + 1).values
                let decibels = try VACEParityTests.frame(index, in: "\(directory)/clip")
                    .decibels(beside: expected, inside: nil)
                // Rounding to 8 bits alone costs 59 dB.
                #expect(decibels >= 50, "frame \(index): \(decibels) dB")
            }
        }
    }

    @Test func `folders of single files are models, parts of models are none`() throws {
        let installed = Engine(modelDirectories: [Self.folder]).installedModels
        #expect(installed["mixed"] == "\(Self.folder)/mixed")
        let own = Engine(modelDirectories: ["\(Self.folder)/mixed"]).installedModels
        #expect(own == ["mixed": "\(Self.folder)/mixed"])
        let narrow = Engine(modelDirectories: [Golden.model("narrow")]).installedModels
        #expect(narrow == ["narrow": Golden.model("narrow")])
    }
}

@Suite("Reports on models")
struct ModelReportTests {
    private static let mixed = "\(Golden.folder)/formats/mixed"

    @Test func `a model of single files`() {
        let report = ModelReport(of: Self.mixed)
        #expect(report.isUsable, "\(report.text)")
        for words in [
            "a model that can be used", "GGUF", "thousand values", "Q4_K", "umt5-tiny-Q4_K_M.gguf",
            "modes", "customization", "image-to-video: 832x480, 81 frames, 50 steps", "of memory",
            "the VACE module",
        ] { #expect(report.text.contains(words), "\(report.text)") }
        #expect(report.json.contains("\"usable\": true"))
    }

    @Test func `a folder of diffusers, and what it cannot do`() {
        let report = ModelReport(of: Golden.model("narrow") + "/")
        #expect(report.isUsable && report.text.contains("put a VACE module"), "\(report.text)")
        #expect(!report.text.contains("stylization"))
        #expect(ModelReport(of: Golden.model("vace-narrow")).text.contains("stylization"))
    }

    @Test func `a single file is a part`() {
        let report = ModelReport(of: "\(Self.mixed)/wan2.1-tiny-Q4_K_M.gguf")
        #expect(!report.isUsable && report.stands)
        for words in ["a part of a model", "missing: a UMT5 text encoder", "transformer", "Q4_0"] {
            #expect(report.text.contains(words), "\(report.text)")
        }
    }

    @Test func `what is no model`() throws {
        try withTemporaryFolder { folder in
            let nothing = ModelReport(of: folder.at("nowhere"))
            #expect(
                !nothing.stands && !nothing.isUsable && nothing.text.contains("there is nothing"))
            let empty = ModelReport(of: folder.path)
            #expect(!empty.isUsable && empty.text.contains("missing: a transformer"))
            try folder.write("GGUF and no more", "a.gguf")
            let damaged = ModelReport(of: folder.path)
            #expect(damaged.text.contains("cannot be used"), "\(damaged.text)")
            #expect(damaged.text.contains("a.gguf") && damaged.json.contains("\"usable\": false"))
            #expect(!ModelReport(of: folder.at("a.gguf")).isUsable)
        }
    }
}
