// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Tensors
import TestSupport
import Testing
import Weights

@testable import Model

@Suite("Text states equal diffusers'")
struct TextEncoderTests {
    @Test(arguments: Golden.checkpoints)
    func `tokens and states`(checkpoint: String) throws {
        let folder = Golden.model(checkpoint)
        let tokenizer = try Tokenizer(folder: "\(folder)/tokenizer")
        let encoder = try TextEncoder(ModelPart(folder: "\(folder)/text_encoder"))
        let golden = try Golden.tensors("\(checkpoint)/text")
        let texts = try JSONFile.read("\(Golden.folder)/values/\(checkpoint)/text.json")["texts"]
        for (number, text) in try #require(texts?.array).enumerated() {
            let ids = tokenizer.ids(of: Prompt(cleaning: try #require(text.string)))
            #expect(ids == golden["tokens.\(number)"]?.values.map { Int($0) })
            let wanted = try #require(golden["states.\(number)"])
            expectClose(try encoder.states(of: ids).slices(0..<wanted.rows), wanted, .module)
        }
    }

    @Test func `buckets of distances`() throws {
        let cases = try JSONFile.read("\(Golden.folder)/text/buckets.json").array ?? []
        #expect(cases.count >= 8)
        for entry in cases {
            let buckets = RelativeBuckets(
                count: try #require(entry["count"]?.int),
                largestDistance: try #require(entry["distance"]?.int))
            let golden = entry["buckets"]?.array?.compactMap(\.int)
            #expect((-511...511).map(buckets.bucket) == golden, "\(buckets)")
        }
    }

    @Test func `a token without embedding says that the parts do not belong together`() throws {
        let encoder = try TextEncoder(ModelPart(folder: Golden.model("narrow") + "/text_encoder"))
        let error = #expect(throws: ModelError.self) { try encoder.states(of: [1, 100_000]) }
        let message = try #require(error).description
        #expect(message.contains("100000") && message.contains("vocab_size"))
    }
}

@Suite("Unfit text encoders are refused")
struct TextEncoderFailureTests {
    private func error(configuration: String) throws -> ModelError? {
        var template = Array("/tmp/rushes-encoder-XXXXXX".utf8CString)
        let folder = String(cString: mkdtemp(&template))
        let path = "\(folder)/config.json"
        let file = try #require(fopen(path, "we"))
        fputs(configuration, file)
        fclose(file)
        defer {
            unlink(path)
            rmdir(folder)
        }
        return #expect(throws: ModelError.self) { try TextEncoder(ModelPart(folder: folder)) }
    }

    private static let sizes =
        #""d_model": 8, "num_heads": 2, "d_kv": 4, "d_ff": 8, "num_layers": 1, "vocab_size": 9"#

    @Test(arguments: [
        ("model_type", #"{"model_type": "t5", \#(sizes)}"#),
        ("feed_forward_proj", #"{"feed_forward_proj": "gated-silu", \#(sizes)}"#),
        ("feed_forward_proj", #"{"feed_forward_proj": "relu", \#(sizes)}"#),
        ("dense_act_fn", #"{"dense_act_fn": "relu", \#(sizes)}"#),
        ("d_model", #"{"num_heads": 2, "d_kv": 4, "d_ff": 8, "num_layers": 1}"#),
        ("d_kv", #"{"d_model": 8, "num_heads": 2, "d_kv": 0, "d_ff": 8, "num_layers": 1}"#),
        ("num_layers", #"{"d_model": 8, "num_heads": 2, "d_kv": 4, "d_ff": 8, "num_layers": "x"}"#),
        ("relative_attention_num_buckets", #"{"relative_attention_num_buckets": 3, \#(sizes)}"#),
        ("relative_attention_max_distance", #"{"relative_attention_max_distance": 8, \#(sizes)}"#),
        ("config.json", #"{"d_model": 8, "#), ("model.safetensors", "{\(sizes)}"),
    ])
    func `the error names what is wrong`(part: String, configuration: String) throws {
        let error = try #require(try error(configuration: configuration))
        #expect("\(error)".contains(part))
    }
}
