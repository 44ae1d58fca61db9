// SPDX-License-Identifier: Apache-2.0

/// The sampler that a model asks for, from its `scheduler_config.json`.
package struct SchedulerConfiguration: Sendable, Equatable {
    /// s, the flow shift.
    package let shift: Double
    /// The highest order that UniPC uses, 1 or 2.
    package let order: Int
    package let trainingTimesteps: Int
}

extension SchedulerConfiguration {
    /// What Wan 2.1 is sampled with at 480p, for models of single files, which have no configuration.
    package static let wan = SchedulerConfiguration(shift: 3, order: 2, trainingTimesteps: 1000)

    /// Reads `scheduler/scheduler_config.json`.
    ///
    /// - Throws: `ModelError.unsupported` for other samplers, naming the key.
    package init(path: String) throws(ModelError) {
        let file = try ConfigurationFile(path: path)
        let kind = try file.text("_class_name", default: "UniPCMultistepScheduler")
        try file.refuse(
            "_class_name", unless: kind == "UniPCMultistepScheduler",
            "is \(kind); wanted UniPCMultistepScheduler")
        shift = try file.number("flow_shift", default: 1)
        guard shift > 0, shift <= 100 else {
            throw file.wrong("flow_shift", "wanted a number above 0, up to 100")
        }
        order = try file.count("solver_order", default: 2)
        trainingTimesteps = try file.count("num_train_timesteps", default: 1000)
        try file.refuse("solver_order", unless: order <= 2, "is \(order); wanted 1 or 2")
        let texts = [
            ("prediction_type", "epsilon", "flow_prediction"), ("solver_type", "bh2", "bh2"),
            ("final_sigmas_type", "zero", "zero"),
        ]
        for (key, absent, wanted) in texts {
            let value = try file.text(key, default: absent)
            try file.refuse(key, unless: value == wanted, "is \(value); wanted \(wanted)")
        }
        let flags = [
            ("use_flow_sigmas", false, true), ("predict_x0", true, true),
            ("lower_order_final", true, true), ("use_karras_sigmas", false, false),
            ("use_exponential_sigmas", false, false), ("use_beta_sigmas", false, false),
            ("use_dynamic_shifting", false, false), ("thresholding", false, false),
        ]
        for (key, absent, wanted) in flags {
            let value = try file.flag(key, default: absent)
            try file.refuse(key, unless: value == wanted, "is \(value); wanted \(wanted)")
        }
        for key in ["solver_p", "shift_terminal"] {
            try file.refuse(key, unless: !file.has(key), "is set")
        }
        let disabled = try file.numbers("disable_corrector", default: [])
        try file.refuse("disable_corrector", unless: disabled.isEmpty, "is not empty")
    }
}
