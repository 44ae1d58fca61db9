// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing
import Weights

@Suite("What the fingerprint of a base is made of")
struct FingerprintTests {
    /// A transformer's folder with all tensors of a golden one, as another program would pack them.
    private func material(
        of checkpoint: String, as type: SafetensorsWriter.ElementType = .float32,
        without prefix: String = "none", changing changed: String? = nil
    ) throws -> [UInt8] {
        var store = try WeightStore(folder: Golden.model(checkpoint) + "/transformer")
        var file = SafetensorsWriter()
        for name in store.names where !name.hasPrefix(prefix) {
            guard var tensor = store.takeIfPresent(name)?.tensor else { continue }
            if name == changed { tensor.values[3] += 1 }
            file.add(name, tensor, as: type)
        }
        return try withTemporaryDirectory { directory in
            try Samples.write(file.bytes, to: "\(directory)/diffusion_pytorch_model.safetensors")
            return try Transformer.fingerprintMaterial(of: ModelPart(folder: directory))
        }
    }

    @Test(arguments: ["narrow", "sharded", "vace-narrow", "vace-mixed"])
    func `is the same in every packaging`(checkpoint: String) throws {
        let folder = Golden.model(checkpoint) + "/transformer"
        let whole = try Transformer.fingerprintMaterial(of: ModelPart(folder: folder))
        #expect(try material(of: checkpoint) == whole)
        #expect(try material(of: checkpoint, as: .bfloat16) == whole)
        #expect(try material(of: checkpoint, without: "vace_") == whole)
    }

    @Test func `is another of another base`() throws {
        let materials = try ["narrow", "sharded", "half", "mixed", "vace-narrow"].map {
            try Transformer.fingerprintMaterial(
                of: ModelPart(folder: Golden.model($0) + "/transformer"))
        }
        #expect(Set(materials).count == 5)
        let changed = try material(of: "narrow", changing: "blocks.2.ffn.net.2.bias")
        #expect(changed.count == materials[0].count && changed != materials[0])
        #expect(try material(of: "narrow", without: "proj_out") != materials[0])
    }

    @Test func `begins with the first name, its shape and its first values`() throws {
        let bytes = try Transformer.fingerprintMaterial(
            of: ModelPart(folder: Golden.model("narrow") + "/transformer"))
        #expect(bytes.starts(with: "blocks.0.attn1.norm_k.weight 24\n".utf8))
        let second = Array("blocks.0.attn1.norm_q.weight 24\n".utf8)
        #expect(bytes[(32 + 48)...].starts(with: second))
    }

    @Test func `a folder without weights`() throws {
        #expect(throws: ModelError.self) {
            _ = try Transformer.fingerprintMaterial(of: ModelPart(folder: Golden.folder))
        }
    }
}
