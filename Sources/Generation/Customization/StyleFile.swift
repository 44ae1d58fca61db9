// SPDX-License-Identifier: Apache-2.0

import Files
import Model
import Requests
import Tensors
import Training
import Weights

/// A trained style as the rest of the world loads it: PEFT's names below `transformer.`, float32.
struct StyleFile {
    let plan: TrainingPlan
    let factors: FactorSet
    /// How many steps the factors have seen.
    let steps: Int
    /// With the model, the seed and the examples' digests.
    let record: ResultRecord
    /// The `BaseFingerprint` of the model's transformer.
    let fingerprint: String

    /// The content of the file.
    ///
    /// alpha/r is multiplied into B: without a word of it every loader takes it for 1.
    var bytes: [UInt8] {
        var writer = SafetensorsWriter(metadata: metadata.dictionary)
        for (name, tensor) in factors.tensors {
            var tensor = tensor
            if name.hasSuffix(".lora_B.weight"), factors.scale != 1 {
                for index in tensor.values.indices { tensor.values[index] *= factors.scale }
            }
            writer.add("transformer.\(name)", tensor)
        }
        return writer.bytes
    }

    private var metadata: StyleMetadata {
        StyleMetadata(
            trigger: plan.trigger, base: plan.model, baseSHA256: record.model?.sha256 ?? "",
            baseFingerprint: fingerprint,
            details: [
                "name": plan.name, "rank": String(plan.rank), "alpha": "\(plan.alpha)",
                "steps": String(steps), "batch": String(plan.batch),
                "learning_rate": "\(plan.learningRate)", "prior": "\(plan.prior)",
                "seed": record.seed.map { String($0) } ?? "",
                "examples_sha256": record.inputs.map(\.sha256).joined(separator: " "),
                "engine": "rushes \(Engine.version)",
            ])
    }
}
