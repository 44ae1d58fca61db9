// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing

/// An adapter, or several with weights, and the checkpoint that it changes.
struct AdapterCase: Sendable, CustomTestStringConvertible {
    let name: String
    let checkpoint: String

    var testDescription: String { "\(name) on \(checkpoint)" }
    var folder: String { "\(Golden.model(checkpoint))/transformer" }
    var hasControl: Bool { checkpoint.hasPrefix("vace") }

    /// The files, each with its weight.
    var styles: [(path: String, weight: Float)] {
        guard name == "several" else { return [(AdapterCase.path(name), 1)] }
        let several: [(String, Float)] = [("peft", 0.7), ("original-alpha", -0.4), ("kohya", 1.3)]
        return several.map { (AdapterCase.path($0.0), $0.1) }
    }

    static func path(_ name: String) -> String {
        "\(Golden.folder)/values/adapters/styles/\(name).safetensors"
    }

    /// Every spelling over the base, and over the base with a control branch.
    static let all =
        [
            "peft", "peft-bias", "plain", "wrapped", "original", "original-alpha", "difference",
            "kohya", "named", "several",
        ].flatMap { name in
            ["narrow", "vace-narrow"].map { AdapterCase(name: name, checkpoint: $0) }
        } + [AdapterCase(name: "control", checkpoint: "vace-narrow")]
}

/// The velocity of the golden inputs, with control where the network has it and is to use it.
func goldenVelocity(_ transformer: Transformer, withControl: Bool) throws -> Tensor {
    let golden = try Golden.tensors("adapters/velocities")
    let latents = try #require(golden["latents"])
    let scales = try #require(golden["scales"]).values
    let context = try #require(golden["context"])
    return transformer(
        latents, at: transformer.embed(timestep: try #require(golden["timestep"]).values[0]),
        positions: transformer.positions(of: latents.shape),
        text: transformer.remember(
            try #require(golden["text"]), paddedLength: 512, withControl: withControl),
        control: withControl ? transformer.control(context, strength: scales) : nil)
}

@Suite("Adapters equal diffusers' and PEFT's")
struct AdapterTests {
    @Test(arguments: AdapterCase.all)
    func `one forward with adapters of every spelling`(adapter: AdapterCase) throws {
        let golden = try Golden.tensors("adapters/velocities")
        let transformer = try Transformer(
            ModelPart(folder: adapter.folder), withControl: adapter.hasControl,
            adapters: try Adapters(adapter.styles))
        let velocity = try goldenVelocity(transformer, withControl: adapter.hasControl)
        let expected = golden["velocity.\(adapter.checkpoint).\(adapter.name)"]
        expectClose(velocity, try #require(expected), .module)
        #expect(transformer.adapterReports.count == adapter.styles.count)
        for (report, style) in zip(transformer.adapterReports, adapter.styles) {
            #expect(report.path == style.path && report.weight == style.weight)
            #expect(report.unmatched == [] && !report.matched.isEmpty)
        }
    }

    @Test(arguments: AdapterCase.all)
    func `what fits is known without opening the network`(adapter: AdapterCase) throws {
        let adapters = try Adapters(adapter.styles)
        let reports = try adapters.reports(
            over: ModelPart(folder: adapter.folder), withControl: adapter.hasControl)
        let transformer = try Transformer(
            ModelPart(folder: adapter.folder), withControl: adapter.hasControl, adapters: adapters)
        #expect(reports == transformer.adapterReports)
    }

    @Test(arguments: ["narrow", "vace-narrow"])
    func `an adapter of weight 0 changes nothing`(checkpoint: String) throws {
        let hasControl = checkpoint.hasPrefix("vace")
        let transformer = try Transformer(
            ModelPart(folder: Golden.model(checkpoint) + "/transformer"), withControl: hasControl,
            adapters: try Adapters([(AdapterCase.path("kohya"), 0)]))
        let golden = try Golden.tensors("adapters/velocities")["velocity.\(checkpoint)"]
        expectClose(
            try goldenVelocity(transformer, withControl: hasControl), try #require(golden), .module)
        #expect(transformer.adapterReports[0].matched.count == 90)
    }

    @Test func `what changes the control branch is left and said where that is not opened`() throws
    {
        let folder = Golden.model("vace-narrow") + "/transformer"
        let adapters = try Adapters([(AdapterCase.path("control"), 1)])
        let transformer = try Transformer(ModelPart(folder: folder), adapters: adapters)
        #expect(
            try goldenVelocity(transformer, withControl: false)
                == goldenVelocity(try Transformer(ModelPart(folder: folder)), withControl: false))
        let report = transformer.adapterReports[0]
        #expect(report.matched.isEmpty && report.unmatched.count == 26)
        #expect(report.unmatched.allSatisfy { $0.reason == "the control branch is not used here" })
    }
}
