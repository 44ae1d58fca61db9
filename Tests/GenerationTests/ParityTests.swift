// SPDX-License-Identifier: Apache-2.0

import Generation
import Glibc
import Media
import Requests
import Tensors
import TestSupport
import Testing

/// A golden request: `values/CHECKPOINT/video-NUMBER.json`.
struct GoldenVideo: Sendable, CustomTestStringConvertible {
    let checkpoint: String
    let number: Int

    var testDescription: String { "\(checkpoint) \(number)" }
    var path: String { "\(Golden.folder)/values/\(checkpoint)/video-\(number)" }

    static let all = Golden.checkpoints.flatMap { checkpoint in
        (0..<8).map { GoldenVideo(checkpoint: checkpoint, number: $0) }
            .filter { access("\($0.path).json", R_OK) == 0 }
    }
}

@Suite("Frames equal diffusers")
struct ParityTests {
    @Test func `there are golden videos of every checkpoint`() {
        #expect(Set(GoldenVideo.all.map(\.checkpoint)) == Set(Golden.checkpoints))
    }

    @Test(arguments: GoldenVideo.all)
    func `the frames of WanPipeline`(video: GoldenVideo) throws {
        let golden = try #require(
            try Golden.tensors("\(video.checkpoint)/video-\(video.number)")["frames"])
        try withTemporaryDirectory { directory in
            let request = try Request(parsing: try Golden.bytes("\(video.path).json"))
            let engine = Engine(modelDirectories: ["\(Golden.folder)/checkpoints"])
            let job = try Job(request: request, name: "clip", engine: engine, into: directory)
            while try job.next() != nil {}
            #expect(job.record.files.count { $0.name.hasPrefix("clip/") } == golden.shape[0])
            for index in 0..<golden.shape[0] {
                let digits = String(index)
                let name = String(repeating: "0", count: 4 - digits.count) + digits
                var decoder = try VideoDecoder(path: "\(directory)/clip/\(name).png")
                let picture = try #require(try decoder.next()).picture
                let frame = golden.slices(index..<index + 1).values
                #expect(picture.pixels.count == frame.count)
                let error = zip(picture.pixels, frame).reduce(0.0) { total, pair in
                    let difference = Double(pair.0) / 255 - Double(pair.1)
                    return total + difference * difference
                }
                let decibels = -10 * log10(error / Double(frame.count) + 1e-20)
                // Rounding to 8 bits alone costs 59 dB.
                #expect(decibels >= 50, "frame \(index): \(decibels) dB")
            }
        }
    }
}
