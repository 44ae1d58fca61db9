// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, R references, F frames, T latent frames, h rows and w columns of latents; H
// rows, W columns of pixels; s pixels to one latent.

package import Tensors

/// What the control branch of VACE looks at, built frame by frame.
///
/// Every frame is split by its mask: what is kept and what is generated are encoded as two clips,
/// mid-grey where the other has its pixels. The mask itself, not rounded, is packed s × s pixels to
/// one latent, and every latent frame gets that of one frame. References stand before the clip, the
/// last one first, with nothing generated and an empty mask. Memory does not grow with the number of
/// frames but for the latents.
///
/// diffusers v0.42.1, pipeline_wan_vace.py `prepare_video_latents` and `prepare_masks`.
package struct ControlContext {
    private let configuration: Autoencoder
    private let frames: Int
    private let size: (height: Int, width: Int)
    private let references: Int
    private var kept: LatentStream
    private var generated: LatentStream
    private var position = 0
    private var latentPosition = 0
    /// (2z + s², R + T, h, w).
    private var context: Tensor

    /// Begins a context and encodes the references.
    ///
    /// * `frames`: F, one and then whole latent frames.
    /// * `height`, `width`: H and W, whole latents.
    /// * `references`: Pictures (3, H, W) in −1…1, letter-boxed on white.
    package init(
        encoder: LatentEncoder, frames: Int, height: Int, width: Int, references: [Tensor] = []
    ) {
        configuration = encoder.configuration
        let (pixels, step) = (configuration.pixelsPerLatent, configuration.framesPerLatent)
        precondition(
            frames > 0 && (frames - 1) % step == 0, "\(frames) frames are not 1 and then \(step)s")
        precondition(
            height > 0 && width > 0 && height % pixels == 0 && width % pixels == 0,
            "\(width)x\(height) pixels are not in steps of \(pixels)")
        self.frames = frames
        self.references = references.count
        size = (height, width)
        kept = encoder.stream()
        generated = encoder.stream()
        let latentFrames = (frames - 1) / step + 1
        context = Tensor(zeros: [
            configuration.controlChannels, references.count + latentFrames, height / pixels,
            width / pixels,
        ])
        for (index, picture) in references.reversed().enumerated() {
            requireSize(of: picture)
            var stream = encoder.stream()
            if let latent = stream.append(picture) { write(latent, channel: 0, frame: index) }
        }
    }

    /// Adds the next frame.
    ///
    /// * `frame`: (3, H, W) in −1…1, mid-grey being 0.
    /// * `mask`: H·W values from 0, keep, to 1, generate; what is above 0.5 counts as generated
    ///   where the frame is split.
    package mutating func append(_ frame: Tensor, mask: [Float]) {
        precondition(position < frames, "there are more than \(frames) frames")
        requireSize(of: frame)
        let plane = size.height * size.width
        precondition(mask.count == plane, "\(mask.count) mask values are not \(plane)")
        var (inactive, reactive) = (frame, frame)
        for channel in 0..<3 {
            for i in 0..<plane {
                if mask[i] > 0.5 {
                    inactive.values[channel * plane + i] = 0
                } else {
                    reactive.values[channel * plane + i] = 0
                }
            }
        }
        // In this order: where both were grey so far, the first takes the other's memory along.
        let first = kept.append(inactive)
        let second = generated.append(reactive)
        if let first, let second {
            write(first, channel: 0, frame: references + latentPosition)
            write(second, channel: configuration.latentChannels, frame: references + latentPosition)
            latentPosition += 1
        }
        let latentFrames = context.shape[1] - references
        for target in 0..<latentFrames where source(of: target, of: latentFrames) == position {
            pack(mask, frame: references + target)
        }
        position += 1
    }

    /// The context of all frames, (2z + s², R + T, h, w).
    package consuming func finish() -> Tensor {
        precondition(position == frames, "\(position) of \(frames) frames came")
        return context
    }

    /// The frame whose mask a latent frame gets: ⌊(i + ½)·F / T⌋, "nearest-exact" in time.
    ///
    /// So the mask of frame 0 alone, or of the last frame alone, is never looked at.
    private func source(of target: Int, of latentFrames: Int) -> Int {
        (2 * target + 1) * frames / (2 * latentFrames)
    }

    private func requireSize(of frame: Tensor) {
        precondition(
            frame.shape == [3, size.height, size.width],
            "a frame \(frame.shape) is not \([3, size.height, size.width])")
    }

    /// Writes (z, h, w) into some channels of one frame.
    private mutating func write(_ latent: Tensor, channel first: Int, frame: Int) {
        let plane = context.shape[2] * context.shape[3]
        for channel in 0..<latent.shape[0] {
            let start = ((first + channel) * context.shape[1] + frame) * plane
            context.values.replaceSubrange(
                start..<start + plane,
                with: latent.values[channel * plane..<(channel + 1) * plane])
        }
    }

    /// Writes a mask into the last channels of one frame: pixel (y, x) of each s × s square goes to
    /// channel y·s + x.
    private mutating func pack(_ mask: [Float], frame: Int) {
        let (h, w) = (context.shape[2], context.shape[3])
        let s = configuration.pixelsPerLatent
        let first = 2 * configuration.latentChannels
        for y in 0..<size.height {
            for x in 0..<size.width {
                let channel = first + y % s * s + x % s
                let row = (channel * context.shape[1] + frame) * h + y / s
                context.values[row * w + x / s] = mask[y * size.width + x]
            }
        }
    }
}
