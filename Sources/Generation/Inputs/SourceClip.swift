// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// The source of an edit at the size and rate of the generated frames, each reached by its number.
final class SourceClip {
    /// Frames that the clip lends; a source that ends before repeats its last picture.
    let frames: Int
    /// Frames that the file really had.
    private(set) var found = 0
    let (width, height): (Int, Int)

    private let name: MediaPath
    private let field: Field
    private let inputs: Inputs
    private let reel: Reel
    private var reader: ClipReader?

    /// Opens the video `name`, of which the first `plan.frames` frames are wanted.
    ///
    /// - Throws: `GenerationError.input` and `.scratch`.
    init(
        _ name: MediaPath, for field: Field, from inputs: Inputs, plan: Plan, in directory: String,
        scaling: Scaling = .smooth, background: Background = .white
    ) throws(GenerationError) {
        frames = plan.frames
        (width, height) = (plan.width, plan.height)
        (self.name, self.field, self.inputs) = (name, field, inputs)
        reel = try Reel(frameBytes: 3 * plan.width * plan.height, in: directory)
        reader = try inputs.reading(name, for: field) { path throws(MediaError) in
            try ClipReader(
                path: path, rate: plan.frameRate, width: plan.width, height: plan.height,
                scaling: scaling, background: background)
        }
    }

    /// Whether everything that is wanted has been read.
    var isComplete: Bool { reader == nil }

    /// Reads the next frame, or finds that there is none or that none is wanted.
    ///
    /// - Throws: `GenerationError.input` where the file is damaged or empty.
    func readOn() throws(GenerationError) {
        let picture = try inputs.reading(name, for: field) { _ throws(MediaError) in
            found < frames ? try reader?.next() : nil
        }
        if let picture {
            try reel.write(picture.pixels, at: found)
            found += 1
        } else {
            reader = nil
            guard found > 0 else {
                throw .input(
                    field: field, name: name,
                    trouble: "'\(name)' cannot be used: it has no frames")
            }
        }
    }

    /// Frame `index` of the clip.
    func picture(at index: Int) throws(GenerationError) -> Picture {
        precondition(found > 0 && index >= 0, "frame \(index) of \(found)")
        return Picture(
            width: width, height: height, pixels: try reel.frame(at: min(index, found - 1)))
    }

    /// What the user should know about a clip that is complete.
    var warnings: [String] {
        guard found < frames else { return [] }
        return [
            "'\(name)' has \(found) frames where \(frames) were wanted; its last picture stands for"
                + " the others."
        ]
    }
}
