// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors

/// The states of the two texts, (L, text channels) each.
struct TextStates {
    let prompt: Tensor
    /// Absent where there is no guidance.
    let negative: Tensor?
    /// The number of tokens that the pipeline pads to.
    private let paddedLength: Int

    /// The states as they were saved.
    init(prompt: Tensor, negative: Tensor?, of plan: Plan) {
        self.prompt = prompt
        self.negative = negative
        paddedLength = plan.folder.defaults.textLength
    }

    /// Encodes the prompt, and the negative prompt where guidance needs it.
    ///
    /// - Throws: `ModelError` where tokenizer and encoder do not belong together.
    init(
        of plan: Plan, _ encoder: TextEncoder, _ tokenizer: Tokenizer
    ) throws(ModelError) {
        let length = plan.folder.defaults.textLength
        func states(_ text: String) throws(ModelError) -> Tensor {
            let ids = tokenizer.ids(of: Prompt(cleaning: text), limit: length)
            return try encoder.states(of: ids)
        }
        prompt = try states(plan.prompt)
        negative = plan.isGuided ? try states(plan.negativePrompt) : nil
        paddedLength = length
    }

    /// The texts as a transformer attends to them, and the control branch if it has a say.
    func conditioning(
        for transformer: Transformer, plan: Plan, context: Tensor?
    ) -> Conditioning {
        let remember = { (states: Tensor) in
            transformer.remember(
                states, paddedLength: paddedLength, withControl: context != nil)
        }
        let strength = [Float](
            repeating: Float(plan.strength), count: transformer.configuration.controlLayers.count)
        return Conditioning(
            prompt: remember(prompt), negative: negative.map(remember),
            guidance: Float(plan.guidance),
            control: context.map { transformer.control($0, strength: strength) })
    }
}
