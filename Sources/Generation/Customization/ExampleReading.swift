// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, T latent frames, h rows and w columns of latents.

import Media
import Model
import Requests
import Tensors

/// One example on its way to latents, frame after frame.
final class ExampleReading {
    private let example: TrainingPlan.PlannedExample
    private var reader: ClipReader
    private var stream: LatentStream
    private var latents: [Tensor] = []
    private var frames = 0

    /// Opens the file.
    ///
    /// - Throws: `GenerationError.unusable`, naming it.
    init(
        _ example: TrainingPlan.PlannedExample, from inputs: Inputs, rate: FrameRate,
        _ encoder: LatentEncoder
    ) throws(GenerationError) {
        self.example = example
        stream = encoder.stream()
        let bucket = example.bucket
        reader = try example.reading(inputs) { path throws(MediaError) in
            try ClipReader(path: path, rate: rate, width: bucket.width, height: bucket.height)
        }
    }

    /// Reads and encodes the next frame; the latents (z, T, h, w) of the example when it was the last,
    /// otherwise nil.
    ///
    /// - Throws: `GenerationError.unusable` where the file is damaged.
    func next() throws(GenerationError) -> Tensor? {
        let wanted = example.bucket.frames
        if frames < wanted {
            let picture: Picture?
            do throws(MediaError) { picture = try reader.next() } catch {
                throw example.unusable("\(error.naming(example.path.text))")
            }
            if let picture {
                frames += 1
                if let latent = stream.append(frameTensor(picture)) { latents.append(latent) }
                if frames < wanted { return nil }
            }
        }
        guard let first = latents.first else {
            throw example.unusable("'\(example.path)' cannot be used: it has no frames")
        }
        // From one tensor a frame to one tensor of all frames.
        let plane = first.shape[1] * first.shape[2]
        var values: [Float] = []
        values.reserveCapacity(latents.count * first.count)
        for channel in 0..<first.shape[0] {
            for latent in latents {
                values += latent.values[channel * plane..<(channel + 1) * plane]
            }
        }
        return Tensor(
            shape: [first.shape[0], latents.count, first.shape[1], first.shape[2]],
            values: values)
    }
}

extension TrainingPlan.PlannedExample {
    fileprivate func reading<Value: ~Copyable>(
        _ inputs: Inputs, _ read: (String) throws(MediaError) -> Value
    ) throws(GenerationError) -> Value {
        do { return try read(inputs.path(of: path)) } catch {
            throw unusable("\(error.naming(path.text))")
        }
    }

    fileprivate func unusable(_ trouble: String) -> GenerationError {
        .unusable([
            Problem(
                field: field, message: "\(trouble).",
                hint: "Repair or replace the file, or leave it out.")
        ])
    }
}
