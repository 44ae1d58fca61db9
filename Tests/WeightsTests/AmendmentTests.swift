// SPDX-License-Identifier: Apache-2.0

import Tensors
import TestSupport
import Testing
import Weights

@Suite("Weights are amended as they are taken")
struct AmendmentTests {
    /// A store of `w` (3, 2), `b` (3) and `other` (3), and a file with what is added to them.
    private func withStores(
        _ body: (inout WeightStore, _ additions: WeightStore) throws -> Void
    ) throws {
        try withTemporaryDirectory { directory in
            var base = SafetensorsWriter()
            base.add("w", Tensor(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]))
            base.add("b", Tensor(shape: [3], values: [1, 2, 3]))
            base.add("other", Tensor(shape: [3], values: [7, 8, 9]))
            try writeFile(base.bytes, to: "\(directory)/model.safetensors")
            var file = SafetensorsWriter()
            file.add("up", Tensor(shape: [3, 2], values: [1, 0, 0, 1, 1, 1]), as: .bfloat16)
            file.add("down", Tensor(shape: [2, 2], values: [10, 20, 30, 40]))
            file.add("difference", Tensor(shape: [3], values: [0.5, -0.5, 4]), as: .bfloat16)
            file.add("huge", Tensor(shape: [3], values: [3e38, 3e38, 3e38]))
            try writeFile(file.bytes, to: "\(directory)/additions.safetensors")
            var store = try WeightStore(folder: directory)
            try body(&store, try WeightStore(file: "\(directory)/additions.safetensors"))
        }
    }

    @Test func `with products and differences, each for its scale`() throws {
        try withStores { store, additions in
            let up = try #require(additions.stored("up"))
            let down = try #require(additions.stored("down"))
            let difference = try #require(additions.stored("difference"))
            store.amendments["w", default: Amendment()].add(up: up, down: down, scale: 0.5)
            store.amendments["w", default: Amendment()].add(up: up, down: down, scale: -0.1)
            store.amendments["b", default: Amendment()].add(difference: difference, scale: 2)
            #expect(store.take("other", [3]).tensor.values == [7, 8, 9])
            expectClose(
                store.take("w", [3, 2]).tensor,
                Tensor(shape: [3, 2], values: [5, 10, 15, 20, 21, 30]), .module)
            #expect(store.take("b", [3]).tensor.values == [2, 1, 11])
            #expect(store.stored("b")?.read().tensor.values == [1, 2, 3])
            try store.finish()
        }
    }

    @Test func `a tensor that becomes infinite is named`() throws {
        try withStores { store, additions in
            let huge = try #require(additions.stored("huge"))
            for _ in 0..<2 {
                store.amendments["b", default: Amendment()].add(difference: huge, scale: 1)
            }
            _ = store.take("w", [3, 2])
            _ = store.take("b", [3])
            _ = store.take("other", [3])
            let folder = store.folder
            #expect(
                throws: WeightsError.unfit(
                    folder: folder,
                    problems: ["'b' becomes infinite by what an adapter adds to it"])
            ) { try store.finish() }
        }
    }

    @Test func `a tensor in its file`() throws {
        try withStores { store, additions in
            let up = try #require(additions.stored("up"))
            #expect(up.shape == [3, 2] && up.type == "BF16" && up.isReadable)
            #expect(up.first(4) == [1, 0, 0, 1] && up.first(100).count == 6 && up.number == nil)
            #expect(additions.stored("absent") == nil)
        }
    }

    /// Scales are at times kept as integers, and a claimed shape is not believed.
    @Test func `single numbers of many types`() throws {
        let cases: [(String, String, [UInt8], Double?)] = [
            ("F32", "[]", [0, 0, 0, 63], 0.5), ("BF16", "[1]", [0, 64], 2),
            ("F16", "[]", [0, 60], 1), ("I64", "[]", [254] + .init(repeating: 255, count: 7), -2),
            ("I32", "[]", [16, 0, 0, 0], 16), ("F64", "[]", [0, 0, 0, 0, 0, 0, 240, 63], 1),
            ("I64", "[]", [1, 2], nil), ("U8", "[]", [1], nil),
            ("I64", "[4611686018427387904,16]", [0, 0, 0, 0, 0, 0, 0, 0], nil),
        ]
        for (type, shape, data, number) in cases {
            try withTemporaryDirectory { directory in
                let header =
                    #"{"a":{"dtype":"\#(type)","shape":\#(shape),"#
                    + #""data_offsets":[0,\#(data.count)]}}"#
                let path = "\(directory)/a.safetensors"
                try RawSafetensors(header: header, data: data).write(to: path)
                #expect(try WeightStore(file: path).stored("a")?.number == number, "\(type)")
            }
        }
    }
}
