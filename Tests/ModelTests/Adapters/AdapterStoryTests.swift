// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing
import Weights

/// A file that somebody may take for a style of the checkpoint `narrow`: 24 wide, 3 blocks.
struct AdapterStory: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// A part of what is said.
    let words: String
    private let fill: @Sendable (inout SafetensorsWriter) -> Void

    init(
        _ name: String, _ words: String,
        _ fill: @escaping @Sendable (inout SafetensorsWriter) -> Void
    ) {
        (testDescription, self.words, self.fill) = (name, words, fill)
    }

    /// The same file with a layer that fits.
    func besideFactors(of layer: String) -> AdapterStory {
        AdapterStory(testDescription, words) { [fill] file in
            file.addFactors(layer)
            fill(&file)
        }
    }

    /// What is said of the file over a checkpoint: nothing when it is used, else the refusal.
    func reports(
        over checkpoint: String = "narrow", withControl: Bool = false
    ) throws -> [AdapterReport] {
        var file = SafetensorsWriter()
        fill(&file)
        return try Self.reports(of: file.bytes, over: checkpoint, withControl: withControl)
    }

    static func reports(
        of bytes: [UInt8], over checkpoint: String = "narrow", withControl: Bool = false
    ) throws -> [AdapterReport] {
        try withTemporaryDirectory { directory in
            try Samples.write(bytes, to: "\(directory)/ink.safetensors")
            return try Adapters([("\(directory)/ink.safetensors", 1)]).reports(
                over: ModelPart(folder: Golden.model(checkpoint) + "/transformer"),
                withControl: withControl)
        }
    }
}

extension SafetensorsWriter {
    /// Adds a tensor whose values are all alike.
    mutating func add(_ name: String, _ shape: Int..., value: Float = 0.5) {
        let count = shape.reduce(1, *)
        add(name, Tensor(shape: shape, values: [Float](repeating: value, count: count)))
    }

    /// Adds two factors of rank 2 for a square layer.
    mutating func addFactors(_ layer: String, width: Int = 24, value: Float = 0.5) {
        add("\(layer).lora_A.weight", 2, width, value: value)
        add("\(layer).lora_B.weight", width, 2)
    }
}

private let query = "transformer.blocks.0.attn1.to_q"

@Suite("Files that are no style of this model are refused")
struct AdapterRefusalTests {
    static let refused = [
        AdapterStory("nothing", "it holds no tensors") { _ in },
        AdapterStory("a style of a wider model", "none of its 2 tensors fits this model") {
            $0.addFactors(query, width: 32)
        },
        AdapterStory("the shapes", "B [32, 2] times A [2, 32] is no [24, 24]") {
            $0.addFactors(query, width: 32)
        },
        AdapterStory("ranks that differ", "B [24, 3] times A [2, 24] is no [24, 24]") {
            $0.add("\(query).lora_A.weight", 2, 24)
            $0.add("\(query).lora_B.weight", 24, 3)
        },
        AdapterStory("rank 0", "B [24, 0] times A [0, 24] is no [24, 24]") {
            $0.add("\(query).lora_A.weight", 0, 24)
            $0.add("\(query).lora_B.weight", 24, 0)
        },
        AdapterStory("factors without a rank", "B [24] times A [48] is no [24, 24]") {
            $0.add("\(query).lora_A.weight", 48)
            $0.add("\(query).lora_B.weight", 24)
        },
        AdapterStory("blocks that are not there", "this model has 3 blocks") {
            $0.addFactors("diffusion_model.blocks.39.self_attn.q")
        },
        AdapterStory("a block without a number", "this model has no 'blocks.x.self_attn.q'") {
            $0.addFactors("diffusion_model.blocks.x.self_attn.q")
        },
        AdapterStory("a number without end", "this model has no") {
            $0.addFactors("diffusion_model.blocks.99999999999999999999999.self_attn.q")
        },
        AdapterStory("no up", "'\(query).lora_A.weight': the file has no factor B (up) beside it") {
            $0.add("\(query).lora_A.weight", 2, 24)
        },
        AdapterStory("no down", "the file has no factor A (down) beside it") {
            $0.add("\(query).lora_B.weight", 24, 2)
            $0.add("\(query).lora_B.bias", 24)
        },
        AdapterStory("an alpha alone", "the file has no factor A (down) beside it") {
            $0.add("lora_unet_blocks_0_self_attn_q.alpha")
        },
        AdapterStory("a whole model", "no tensor of a LoRA is called so") {
            $0.add("blocks.0.attn1.to_q.weight", 24, 24)
        },
        AdapterStory("for the text encoder", "it is for the text encoder") {
            $0.addFactors("lora_te1_text_model_encoder_layers_0_mlp_fc1")
        },
        AdapterStory("for the second network", "it is for the second transformer of Wan 2.2") {
            $0.addFactors("transformer_2.blocks.0.attn1.to_q")
        },
        AdapterStory("for image-to-video", "it is for an image-to-video transformer") {
            $0.addFactors("diffusion_model.blocks.0.cross_attn.k_img")
        },
        AdapterStory("for a control branch", "this model has no control branch") {
            $0.addFactors("diffusion_model.vace_blocks.0.self_attn.q")
        },
        AdapterStory(
            "of another network", "this model has no 'double_blocks.0.img_attn.qkv'"
        ) { $0.addFactors("transformer.double_blocks.0.img_attn.qkv") },
        AdapterStory("a difference of another shape", "its shape [24] is not the [24, 24] of") {
            $0.add("diffusion_model.blocks.0.self_attn.q.diff", 24)
        },
        AdapterStory("DoRA", "is of the kind DoRA; LoRA can be used") {
            $0.addFactors(query)
            $0.add("\(query).dora_scale", 24)
        },
        AdapterStory("PEFT's DoRA", "is of the kind DoRA") {
            $0.addFactors(query)
            $0.add("\(query).lora_magnitude_vector.weight", 24)
        },
        AdapterStory("LoKr", "is of the kind LoKr") { $0.add("\(query).lokr_w1", 2, 2) },
        AdapterStory("LoHa", "is of the kind LoHa") { $0.add("\(query).hada_w1_a", 24, 2) },
        AdapterStory("DoRA by its metadata", "it is of the kind DoRA") {
            $0.addFactors(query)
            $0.metadata = ["lora_adapter_metadata": #"{"transformer.use_dora": true}"#]
        },
        AdapterStory("metadata that are no JSON", "its 'lora_adapter_metadata' is not JSON") {
            $0.addFactors(query)
            $0.metadata = ["lora_adapter_metadata": "{nonsense"]
        },
        AdapterStory("metadata that are a list", "its 'lora_adapter_metadata' is not a JSON object")
        {
            $0.addFactors(query)
            $0.metadata = ["lora_adapter_metadata": "[1]"]
        },
        AdapterStory("alpha by an expression", "alpha is given for the expression '.*q'") {
            $0.addFactors(query)
            $0.metadata = ["lora_adapter_metadata": #"{"alpha_pattern": {".*q": 3}}"#]
        },
        AdapterStory("NaN", "'\(query).lora_A.weight' holds values that are not finite") {
            $0.addFactors(query, value: .nan)
        },
        AdapterStory("infinity", "'\(query).lora_A.weight' holds values that are not finite") {
            $0.addFactors(query, value: .infinity)
        },
        AdapterStory("NaN where nothing fits", "holds values that are not finite") {
            $0.addFactors("transformer.other", value: .nan)
        },
        AdapterStory("an infinite alpha", ".alpha' is not a finite number") {
            $0.addFactors(query)
            $0.add("\(query).alpha", value: .infinity)
        },
        AdapterStory("an alpha of two numbers", ".alpha' is not a finite number") {
            $0.addFactors(query)
            $0.add("\(query).alpha", 2)
        },
        AdapterStory("the same twice", "are the same in two spellings") {
            $0.addFactors(query)
            $0.add("diffusion_model.blocks.0.self_attn.q.lora_down.weight", 2, 24)
        },
    ]

    @Test(arguments: refused)
    func `in one sentence`(story: AdapterStory) throws {
        let error = #expect(throws: ModelError.self) { _ = try story.reports() }
        let text = try #require(error).description
        #expect(text.contains(story.words) && text.contains("/ink.safetensors'"), "\(text)")
        #expect(error?.mayPass == false)
    }

    @Test func `a file that is damaged or absent`() throws {
        var file = SafetensorsWriter()
        file.addFactors(query)
        let whole = file.bytes
        for bytes in [[], Array("not a model".utf8), whole.dropLast(4), whole + [0]] {
            let error = #expect(throws: ModelError.self) {
                _ = try AdapterStory.reports(of: Array(bytes))
            }
            #expect(error?.description.contains("is damaged or not of the expected format") == true)
        }
        let absent = #expect(throws: ModelError.self) {
            _ = try Adapters([("\(Golden.folder)/absent.safetensors", 1)])
        }
        #expect(absent?.mayPass == true)
    }

    @Test func `values of a type that is not read`() throws {
        let header = #"{"a.lora_A.weight":{"dtype":"I8","shape":[2,2],"data_offsets":[0,4]}}"#
        let length = UInt8(header.utf8.count)
        let bytes = [length, 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [1, 2, 3, 4]
        let error = #expect(throws: ModelError.self) {
            _ = try AdapterStory.reports(of: bytes)
        }
        #expect(error?.description.contains("is of type I8; F32, F16, BF16") == true)
    }

    @Test func `a sum that overflows`() throws {
        var file = SafetensorsWriter()
        file.addFactors(query, value: 1e38)
        file.add("\(query).alpha", value: 1e3)
        try withTemporaryDirectory { directory in
            let path = "\(directory)/ink.safetensors"
            try Samples.write(file.bytes, to: path)
            let error = #expect(throws: ModelError.self) {
                _ = try Transformer(
                    ModelPart(folder: Golden.model("narrow") + "/transformer"),
                    adapters: try Adapters([(path, 1)]))
            }
            let words = "'blocks.0.attn1.to_q.weight' becomes infinite by what an adapter adds"
            #expect(error?.description.contains(words) == true)
        }
    }
}

@Suite("What of a style does not fit is said")
struct AdapterReportTests {
    static let partly = [
        AdapterStory("no up", "the file has no factor B (up) beside it") {
            $0.add("diffusion_model.blocks.1.self_attn.q.lora_down.weight", 2, 24)
        },
        AdapterStory("another width", "B [32, 2] times A [2, 32] is no [24, 24]") {
            $0.addFactors("diffusion_model.blocks.1.self_attn.q", width: 32)
        },
        AdapterStory("for image-to-video", "it is for an image-to-video transformer") {
            $0.addFactors("blocks.0.attn2.add_k_proj")
            $0.add("diffusion_model.img_emb.proj.1.diff_b", 24)
            $0.add("lora_unet_blocks_0_cross_attn_v_img.alpha")
        },
        AdapterStory("for the text encoder", "it is for the text encoder") {
            $0.add("text_encoder.layers.0.q.weight", 1)
            $0.addFactors("lora_te_layers_0")
        },
        AdapterStory("a control branch", "this model has no control branch") {
            $0.addFactors("vace_blocks.0.attn1.to_q")
            $0.add("diffusion_model.vace_patch_embedding.diff_b", 24)
        },
        AdapterStory("other settings", "no tensor of a LoRA is called so") {
            $0.add("iterations", 1)
            $0.add("blocks.0.attn1.to_q.lora_A.bias", 2)
        },
        AdapterStory("a bias that is not there", "this model has no 'blocks.0.attn1.norm_q.bias'") {
            $0.add("diffusion_model.blocks.0.self_attn.norm_q.diff_b", 24)
        },
    ]

    @Test(arguments: partly)
    func `by name and with the reason`(story: AdapterStory) throws {
        let report = try #require(try story.besideFactors(of: query).reports().first)
        #expect(report.matched == ["\(query).lora_A.weight", "\(query).lora_B.weight"])
        #expect(!report.unmatched.isEmpty)
        for left in report.unmatched { #expect(left.reason.hasPrefix(story.words), "\(left)") }
        #expect(report.unmatched.map(\.key) == report.unmatched.map(\.key).sorted())
    }
}
