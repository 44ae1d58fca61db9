// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors

/// Clips that are sampled one after the other from words alone.
struct Sampling {
    /// What for; the numbers are places in the checkpoint.
    enum Purpose: Int {
        /// To remind the training of what the model knew.
        case prior
        /// To show what the model makes before, and after.
        case before, after
    }

    let purpose: Purpose
    let clips: [SampledClip]
    /// The clip that is worked on, or comes next.
    var index = 0
    /// Absent until a clip needs it.
    var transformer: Transformer?

    /// What the whole of it costs.
    func work(in plan: TrainingPlan) -> Double {
        purpose == .prior ? plan.work.prior : plan.work.sheet
    }
}

extension TrainingPlan {
    /// The clips of a purpose.
    func sampling(_ purpose: Sampling.Purpose) -> Sampling {
        Sampling(purpose: purpose, clips: purpose == .prior ? priorClips : sheet.clips)
    }

    /// Noise on its way to a clip.
    ///
    /// * `texts`: The states of its prompt and of the negative prompt.
    func denoising(
        _ clip: SampledClip, from saved: Denoising.State?, seed: UInt64,
        texts: [String: Tensor], _ transformer: Transformer
    ) -> Denoising {
        func remember(_ text: String) -> TextContext {
            guard let states = texts[text] else { preconditionFailure("a text was not read") }
            return transformer.remember(states, paddedLength: folder.defaults.textLength)
        }
        let isGuided = sheet.guidance > 1
        return Denoising(
            saved
                ?? Denoising.State(
                    standardNormal(
                        shape: latentShape(clip.bucket), seed: seed &+ clip.seedOffset)),
            schedule: FlowSchedule(
                steps: sheet.steps, shift: shift, trainingTimesteps: trainingTimesteps),
            order: solverOrder, stepCache: StepCache(computingAll: sheet.steps),
            transformer: transformer,
            conditioning: Conditioning(
                prompt: remember(clip.prompt),
                negative: isGuided ? remember(folder.defaults.negativePrompt) : nil,
                guidance: Float(sheet.guidance), control: nil))
    }

    /// Every text of the training, each once: captions, the empty one, and those of the clips.
    var texts: [String] {
        (examples.map(\.caption) + [""] + priorClips.map(\.prompt) + sheet.clips.map(\.prompt)
            + (sheet.guidance > 1 ? [folder.defaults.negativePrompt] : [])).unique
    }
}

/// How fast the steps of this run go.
struct TrainingPace {
    private let start = ContinuousClock.now
    /// Steps that were there when it began.
    let first: Int

    /// Seconds until the last of `steps`, and until all is done that costs so much more by `plan`.
    func secondsLeft(after done: Int, in plan: TrainingPlan) -> Double? {
        guard done > first else { return nil }
        let step = (ContinuousClock.now - start) / .seconds(1) / Double(done - first)
        // What comes after the steps is as much slower than planned as they are.
        let slowness = step / max(plan.work.step, 1e-9)
        return Double(plan.steps - done) * step
            + slowness * (plan.work.sheet + plan.work.decoding)
    }
}
