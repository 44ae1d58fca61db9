// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON
import Media
import JSON
import Model
import Products
import Requests
import Tensors
import Training

// What of a training outlives its process.
extension Checkpoint {
    /// Takes up the seed and the start that an earlier run of the same job settled, or saves those
    /// of this one.
    mutating func begin(_ record: inout ResultRecord, _ plan: TrainingPlan) {
        var digest = SHA256()
        digest.update(request[...])
        let facts =
            [digest.finish(), Engine.version, plan.precision.rawValue, String(processorCount)]
            + [Tensors.productArithmetic, Products.productArithmetic, mediaArithmetic]
            + [plan.model, record.model?.sha256 ?? ""] + plan.folder.configurationDigests
            + [plan.settings.serialized(pretty: false)]
            + (plan.sheet.clips + plan.priorClips).map { "\($0)" }
            + record.inputs.flatMap { [$0.name, $0.sha256] }
        begin(&record, key: Self.key(of: facts))
    }

    // MARK: Examples and texts

    /// The latents (z, T, h, w) of an example, where they were saved.
    func latents(ofExample index: Int, as plan: TrainingPlan) -> Tensor? {
        let shape = plan.latentShape(plan.examples[index].bucket)
        guard let tensor = read("example-\(index)")?.tensors.first, tensor.shape.count == 4,
            tensor.shape[0] == shape[0], tensor.shape[1] <= shape[1],
            tensor.shape[2...] == shape[2...]
        else { return nil }
        return tensor
    }

    mutating func save(_ latents: Tensor, ofExample index: Int) {
        write(CheckpointFile(numbers: [], tensors: [latents]), as: "example-\(index)")
    }

    /// The states of so many texts, where all were saved.
    func states(ofTexts count: Int) -> [Tensor]? {
        guard let tensors = read("captions")?.tensors, tensors.count == count,
            tensors.allSatisfy({ $0.shape.count == 2 })
        else { return nil }
        return tensors
    }

    mutating func save(statesOfTexts states: [Tensor]) {
        write(CheckpointFile(numbers: [], tensors: states), as: "captions")
    }

    // MARK: Steps

    private static let tensors = ["factors", "first_moments", "second_moments", "step"]

    /// How far the training came, and how long all stages had taken by then.
    ///
    /// * `factors`: As the training began.
    func training(
        _ factors: FactorSet, batch: Int
    ) -> (TrainingProgress, ResultRecord.Stages)? {
        guard let file = read("training"), file.numbers.count > 2,
            let stages = ResultRecord.Stages(microseconds: file.numbers[2...]),
            file.tensors.count >= Self.tensors.count + 1,
            let state = TrainingState(
                resuming: factors,
                from: Dictionary(uniqueKeysWithValues: zip(Self.tensors, file.tensors)))
        else { return nil }
        let losses = file.tensors[Self.tensors.count].values
        var good: (FactorSet, Int)?
        if file.tensors.count > Self.tensors.count + 1 {
            let values = file.tensors[Self.tensors.count + 1]
            let parts = [values, Tensor(zeros: values.shape), Tensor(zeros: values.shape)]
            let step = [Tensor(zeros: [2])]
            guard
                let state = TrainingState(
                    resuming: factors,
                    from: Dictionary(uniqueKeysWithValues: zip(Self.tensors, parts + step)))
            else { return nil }
            good = (state.factors, Int(file.numbers[1]))
        }
        guard Int64(losses.count) == file.numbers[0] else { return nil }
        return (TrainingProgress(state: state, losses: losses, batch: batch, good: good), stages)
    }

    /// Saves how far the training has come.
    mutating func save(_ progress: TrainingProgress, stages: ResultRecord.Stages) {
        let losses = progress.history.losses
        guard !losses.isEmpty else { return }
        let named = progress.state.tensors
        var tensors = Self.tensors.compactMap { named[$0] }
        tensors.append(Tensor(shape: [losses.count], values: losses))
        if let good = progress.good {
            tensors.append(
                Tensor(shape: [good.factors.values.count], values: good.factors.values))
        }
        let numbers = [losses.count, progress.good?.steps ?? -1].map { Int64($0) }
        write(
            CheckpointFile(numbers: numbers + stages.microseconds, tensors: tensors),
            as: "training")
    }
}
