// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors

/// Mode 01: a new clip from nothing but words.
///
/// Runway Gen-2 mode 01; Wan 2.1's text-to-video, diffusers v0.42.1 `WanPipeline`. Only the base
/// transformer works: VACE keeps it frozen, so its control branch has nothing to add here.
struct TextToVideo: GenerationMode {
    let plan: Plan
    let seed: UInt64

    /// The prompt, and the negative prompt where guidance needs it.
    func condition(
        _ encoder: TextEncoder, _ tokenizer: Tokenizer
    ) throws(ModelError) -> TextStates {
        func states(_ text: String) throws(ModelError) -> Tensor {
            let ids = tokenizer.ids(of: Prompt(cleaning: text), limit: textLength)
            return try encoder.states(of: ids)
        }
        return TextStates(
            prompt: try states(plan.prompt),
            negative: plan.isGuided ? try states(plan.negativePrompt) : nil)
    }

    /// Pure noise, to be led to a clip by the two texts.
    func prepare(_ transformer: Transformer, _ texts: TextStates) -> Denoising {
        let remember = { (states: Tensor) in
            transformer.remember(states, paddedLength: textLength)
        }
        return Denoising(
            standardNormal(shape: plan.latentShape, seed: seed),
            schedule: FlowSchedule(
                steps: plan.steps, shift: plan.shift, trainingTimesteps: plan.trainingTimesteps),
            order: plan.solverOrder, transformer: transformer,
            conditioning: Conditioning(
                prompt: remember(texts.prompt), negative: texts.negative.map(remember),
                guidance: Float(plan.guidance)))
    }

    /// Every frame of the clip, as the decoder makes it.
    func decode(_ latents: Tensor, _ decoder: LatentDecoder) -> FrameStream {
        decoder.stream(latents)
    }

    private var textLength: Int { plan.folder.defaults.textLength }
}
