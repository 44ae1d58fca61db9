// SPDX-License-Identifier: Apache-2.0

import Generation
import Glibc
import Media
import Requests
import Tensors
import TestSupport
import Testing

/// A golden request with its media: the folder `values/CHECKPOINT/NAME`.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    let checkpoint: String
    let name: String

    var testDescription: String { "\(checkpoint) \(name)" }
    var path: String { "\(Golden.folder)/values/\(checkpoint)/\(name)" }

    static let all = Golden.controlCheckpoints.flatMap { checkpoint in
        Folder("\(Golden.folder)/values/\(checkpoint)").tree
            .filter { $0.hasSuffix("/request.json") }
            .map {
                GoldenCase(
                    checkpoint: checkpoint, name: String($0.dropLast("/request.json".count)))
            }
    }
}

@Suite("Frames equal WanVACEPipeline's")
struct VACEParityTests {
    /// Words, first and last frame, references, control and mask, on checkpoints of other shapes.
    @Test func `there are golden clips of every checkpoint`() {
        #expect(Set(GoldenCase.all.map(\.checkpoint)) == Set(Golden.controlCheckpoints))
        #expect(GoldenCase.all.count == 15)
    }

    @Test(arguments: GoldenCase.all)
    func `the frames of diffusers`(golden: GoldenCase) throws {
        let values = try Golden.tensors("\(golden.checkpoint)/\(golden.name)/frames")
        let frames = try #require(values["frames"])
        try withTemporaryDirectory { directory in
            let request = try Request(parsing: try Golden.bytes("\(golden.path)/request.json"))
            let media = MediaFiles(
                Dictionary(
                    uniqueKeysWithValues: request.media.map { ($0, "\(golden.path)/\($0.text)") }))
            let job = try Job(
                request: request, name: "clip", engine: Engine(modelDirectories: [Self.models]),
                media: media, into: directory)
            while try job.next() != nil {}
            #expect(job.record.files.count { $0.name.hasPrefix("clip/") } == frames.shape[0])
            let truth = try Self.fading(frames, to: request, in: "\(directory)/clip")
            for (index, expected) in truth.enumerated() {
                let inside = values["inside"]?.slices(index..<index + 1).values
                let picture = try Self.frame(index, in: "\(directory)/clip")
                let decibels = picture.decibels(beside: expected, inside: inside)
                // Rounding to 8 bits alone costs 59 dB.
                #expect(decibels >= 50, "frame \(index): \(decibels) dB")
            }
        }
    }

    /// What diffusers made, with the pictures at the ends faded in as the result has them.
    ///
    /// The frames (T, H, W, 3) in 0…1, one after the other. The ends are taken from the result: that
    /// they are the request's pictures is `PromiseTests`' to see.
    private static func fading(
        _ frames: Tensor, to request: Request, in folder: String
    ) throws -> [[Float]] {
        let made = (0..<frames.shape[0]).map { frames.slices($0..<$0 + 1).values }
        let images: [Mode.DrivingImage]
        switch request.mode {
        case .textImageToVideo(let animation), .imageToVideo(let animation):
            images = animation.images
        default: return made
        }
        var ends: [Int: [Float]] = [:]
        for image in images where image.role != .reference {
            let index = image.role == .firstFrame ? 0 : made.count - 1
            ends[index] = zip(try frame(index, in: folder).pixels, made[index]).map {
                Float($0) / 255 - $1
            }
        }
        // `AnchorFade`'s straight line over four frames.
        return made.enumerated().map { index, values in
            let faded = ends.reduce(into: values) { faded, end in
                let weight = max(0, 1 - Float(abs(index - end.key)) / 4)
                for at in faded.indices { faded[at] += weight * end.value[at] }
            }
            return faded.map { min(max($0, 0), 1) }
        }
    }

    private static let models = "\(Golden.folder)/checkpoints"

    /// One frame of a result that is a folder of pictures.
    static func frame(_ index: Int, in folder: String) throws -> Picture {
        let digits = String(index)
        let name = String(repeating: "0", count: 4 - digits.count) + digits
        var decoder = try VideoDecoder(path: "\(folder)/\(name).png")
        return try #require(try decoder.next()).picture
    }
}

extension Picture {
    /// The peak signal-to-noise ratio to golden values (H, W, 3) in 0…1.
    ///
    /// * `inside`: (H, W), 1 where pixels count; nil where all do.
    func decibels(beside golden: [Float], inside: [Float]?) -> Double {
        #expect(pixels.count == golden.count)
        var (error, count) = (0.0, 0)
        for index in pixels.indices where inside.map({ $0[index / 3] == 1 }) ?? true {
            let difference = Double(pixels[index]) / 255 - Double(golden[index])
            error += difference * difference
            count += 1
        }
        #expect(count > 0)
        return -10 * log10(error / Double(count) + 1e-20)
    }
}
