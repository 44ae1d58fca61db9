// SPDX-License-Identifier: Apache-2.0

package import JSON
import Media
import Model
package import Products
import Requests
import Tensors

/// Every effective setting of a training: what the request says, and the engine's own for the rest.
package struct TrainingPlan: Sendable {
    /// The model's name.
    package let model: String
    /// The style's name.
    package let name: String
    package let trigger: String
    /// Absent while nothing has drawn one.
    package let seed: UInt64?
    /// r and alpha of the factors: what is learnt counts for alpha/r.
    package let rank: Int
    package let alpha: Double
    package let steps: Int
    /// Examples of one step.
    package let batch: Int
    package let learningRate: Double
    /// What clips of the untrained model count for; 0 where there are none.
    package let prior: Double
    /// What the user should know beforehand.
    package let warnings: [String]
    /// The arithmetic in which clips are sampled; training is in float32.
    package let precision: Precision
    /// What the job will cost.
    package let work: TrainingWork
    let examples: [PlannedExample]
    let priorClips: [SampledClip]
    let sheet: SheetPlan
    let frameRate: FrameRate
    let folder: ModelFolder
    let transformer: TransformerConfiguration
    let latent: LatentScale
    let shift: Double
    let solverOrder: Int
    let trainingTimesteps: Int

    /// An example on its way into the training.
    struct PlannedExample: Sendable {
        let path: MediaPath
        /// Such as `examples[2]`.
        let field: String
        /// What it is called, with the trigger.
        let caption: String
        let bucket: Bucket
        let isMoving: Bool
    }

    /// What is sampled before and after.
    struct SheetPlan: Sendable {
        let clips: [SampledClip]
        let steps: Int
        let guidance: Double
    }

    /// Clips of the untrained model in one step.
    var priorsInStep: Int {
        prior > 0 ? max(1, Int((Double(batch) * TrainingRecipe.priorShare).rounded())) : 0
    }

    /// The settings as `result.json` carries them.
    package var settings: JSONValue {
        let buckets = Dictionary(grouping: examples, by: \.bucket).sorted {
            ($0.key.frames, $0.key.width, $0.key.height)
                < ($1.key.frames, $1.key.width, $1.key.height)
        }
        return [
            "name": .string(name), "trigger": .string(trigger), "rank": .integer(Int64(rank)),
            "alpha": .double(alpha), "steps": .integer(Int64(steps)),
            "batch": .integer(Int64(batch)), "learning_rate": .double(learningRate),
            "prior": .double(prior), "shift": .double(shift), "fps": .double(frameRate.value),
            "buckets": .array(
                buckets.map { bucket, examples in
                    [
                        "size": .string("\(bucket.width)x\(bucket.height)"),
                        "frames": .integer(Int64(bucket.frames)),
                        "examples": .integer(Int64(examples.count)),
                    ]
                }),
        ]
    }

    /// What computes, as `result.json` carries it; its memory is known at the end.
    var engineRecord: ResultRecord.Engine {
        ResultRecord.Engine(
            version: Engine.version, precision: Precision.float32.rawValue,
            threads: processorCount, peakMemoryBytes: 0)
    }

    /// The plan as `rushes validate` prints it.
    package var text: String {
        let plan: JSONValue = [
            "mode": .string(ModeName.customization.rawValue), "model": .string(model),
            "seed": seed.map { .string(String($0)) } ?? "random", "settings": settings,
            "work": [
                "examples": .integer(Int64(examples.count)),
                "seconds": .double((work.seconds * 10).rounded() / 10),
                "seconds_per_step": .double((work.step * 1000).rounded() / 1000),
                "memory_bytes": .integer(Int64(work.memoryBytes)),
            ],
            "warnings": .array(warnings.map { .string($0) }),
        ]
        return plan.serialized()
    }

    /// (z, T, h, w): the latents of so many frames of a size.
    func latentShape(_ bucket: Bucket) -> [Int] {
        [
            latent.channels, latent.frames(of: bucket.frames), bucket.height / latent.space,
            bucket.width / latent.space,
        ]
    }
}

/// A clip that the model makes of words alone, for what it shows.
struct SampledClip: Sendable {
    let prompt: String
    let bucket: Bucket
    /// Counts from that of the job.
    let seedOffset: UInt64
}
