// SPDX-License-Identifier: Apache-2.0

import Generation
import Glibc
import Media
import Requests
import Tensors
import TestSupport
import Testing

@Suite("Frames in a style equal diffusers'")
struct StyleParityTests {
    @Test(arguments: ["narrow", "vace-narrow"])
    func `an adapter that PEFT trained, and another over the control branch`(
        checkpoint: String
    ) throws {
        let values = "\(Golden.folder)/values/adapters"
        let golden = try #require(try Golden.tensors("adapters/\(checkpoint)/frames")["frames"])
        try withTemporaryDirectory { directory in
            let request = try Request(
                parsing: try Golden.bytes("\(values)/\(checkpoint)/request.json"))
            let engine = Engine(
                modelDirectories: ["\(Golden.folder)/checkpoints"],
                styles: StyleLibrary(folder: "\(values)/styles"))
            let media = MediaFiles(
                Dictionary(
                    uniqueKeysWithValues: request.media.map {
                        ($0, "\(values)/\(checkpoint)/\($0.text)")
                    }))
            let job = try Job(
                request: request, name: "clip", engine: engine, media: media, into: directory)
            while try job.next() != nil {}
            for index in 0..<golden.shape[0] {
                let picture = try PictureFile.read("\(directory)/clip/000\(index).png")
                let frame = golden.slices(index..<index + 1).values
                #expect(picture.pixels.count == frame.count)
                let error = zip(picture.pixels, frame).reduce(0.0) { total, pair in
                    let difference = Double(pair.0) / 255 - Double(pair.1)
                    return total + difference * difference
                }
                let decibels = -10 * log10(error / Double(frame.count) + 1e-20)
                // 45 dB are wanted; rounding to 8 bits alone costs 59 dB.
                #expect(decibels >= 50, "frame \(index): \(decibels) dB")
            }
            let style = try #require(job.record.styles.first)
            #expect(style.unmatched == 0 && style.matched > 0)
        }
    }
}
