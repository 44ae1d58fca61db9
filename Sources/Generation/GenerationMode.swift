// SPDX-License-Identifier: Apache-2.0

import Model
import Requests
import Tensors

/// One of the eight modes: what it conditions on, what it starts from, what it makes of the result.
///
/// The three methods are called once each, in this order, and between them the weights that are no
/// longer needed leave the memory.
protocol GenerationMode {
    /// Turns the words into states.
    ///
    /// - Throws: `ModelError` where tokenizer and encoder do not belong together.
    func condition(
        _ encoder: TextEncoder, _ tokenizer: Tokenizer
    ) throws(ModelError) -> TextStates
    /// Prepares latents and everything that steers them.
    func prepare(_ transformer: Transformer, _ texts: TextStates) -> Denoising
    /// Turns clean latents into frames.
    func decode(_ latents: Tensor, _ decoder: LatentDecoder) -> FrameStream
}

/// The states of the two texts, (L, text channels) each.
struct TextStates {
    let prompt: Tensor
    /// Absent where there is no guidance.
    let negative: Tensor?
}

extension Plan {
    /// The mode that a request asks for.
    ///
    /// - Throws: `GenerationError.request` for modes that this version does not have.
    func mode(of request: Request, seed: UInt64) throws(GenerationError) -> any GenerationMode {
        switch request.mode {
        case .textToVideo:
            return TextToVideo(plan: self, seed: seed)
        case .textImageToVideo, .imageToVideo, .stylization, .storyboard, .mask, .render,
            .customization:
            throw .request([
                Problem(
                    field: "mode",
                    message: "The mode '\(request.mode.name.rawValue)' is not available in this"
                        + " version.",
                    hint: "Write \"mode\": \"\(ModeName.textToVideo.rawValue)\".")
            ])
        }
    }
}
