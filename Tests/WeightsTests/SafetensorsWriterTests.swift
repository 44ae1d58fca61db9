// SPDX-License-Identifier: Apache-2.0

import Tensors
import TestSupport
import Testing
import Weights

@Suite("Writing safetensors")
struct SafetensorsWriterTests {
    /// What safetensors 0.8.0 writes for the same tensors, as torch rounds them.
    @Test func `the bytes of the reference implementation`() {
        var file = SafetensorsWriter(metadata: ["format": "pt"])
        let rounded: [Float] = [1.00390625, 3.14159, 0.1, 1.01171875, -0.0, .infinity]
        file.add("empty", Tensor(zeros: [0, 3]))
        file.add("a", Tensor(shape: [2, 3], values: rounded), as: .bfloat16)
        file.add("b", Tensor(shape: [2], values: [1, -2.5]))
        let header =
            #"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"#
            + #""data_offsets":[0,8]},"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},"#
            + #""a":{"dtype":"BF16","shape":[2,3],"data_offsets":[8,20]}}       "#
        let data: [UInt8] = [
            0, 0, 128, 63, 0, 0, 32, 192, 128, 63, 73, 64, 205, 61, 130, 63, 0, 128, 128, 127,
        ]
        #expect(file.bytes == [208, 0, 0, 0, 0, 0, 0, 0] + header.utf8 + data)
    }

    @Test func `what is written is read, metadata too`() throws {
        try withTemporaryDirectory { directory in
            let metadata = ["trigger": "a \"quoted\"\nword, naïve 猫", "rank": "16"]
            var file = SafetensorsWriter(metadata: metadata)
            let values = (0..<21).map { Float($0) / 7 }
            file.add("w", Tensor(shape: [3, 7], values: values))
            file.add("scalar", Tensor(shape: [], values: [0.5]), as: .bfloat16)
            try writeFile(file.bytes, to: "\(directory)/a.safetensors")
            var store = try WeightStore(file: "\(directory)/a.safetensors")
            #expect(store.metadata == metadata)
            #expect(store.take("w", [3, 7]).tensor.values == values)
            #expect(store.take("scalar", []).tensor == Tensor(shape: [], values: [0.5]))
            try store.finish()
        }
    }

    @Test func `a file without tensors, and one without metadata`() throws {
        try withTemporaryDirectory { directory in
            try writeFile(SafetensorsWriter().bytes, to: "\(directory)/a.safetensors")
            let store = try WeightStore(file: "\(directory)/a.safetensors")
            #expect(store.names.isEmpty && store.metadata.isEmpty)
        }
    }

    @Test func `metadata that is not of texts is passed over`() throws {
        try withTemporaryDirectory { directory in
            var file = RawSafetensors.sample
            file.header.replace("{\"w\"", with: #"{"__metadata__":{"a":3,"b":"c"},"w""#)
            try file.write(to: "\(directory)/a.safetensors")
            #expect(try WeightStore(file: "\(directory)/a.safetensors").metadata == ["b": "c"])
        }
    }
}
