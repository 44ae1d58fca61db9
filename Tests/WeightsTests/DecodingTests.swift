// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Weights

@Suite("Stored values, to the bit")
struct DecodingTests {
    private static let folder = "\(Golden.folder)/formats"

    /// Random blocks of every type beside what gguf-py makes of them.
    @Test(arguments: [
        "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q3_K", "Q4_K", "Q5_K",
        "Q6_K",
    ])
    func `blocks of ggml`(type: String) throws {
        var blocks = try WeightStore(file: "\(Self.folder)/blocks.gguf")
        var values = try WeightStore(file: "\(Self.folder)/blocks.safetensors")
        #expect(blocks.isGGUF && blocks.names == values.names)
        let stored = try #require(blocks.stored(type))
        #expect(stored.type == type)
        let takenDecoded = blocks.takeIfPresent(type)
        let decoded = try #require(takenDecoded).tensor
        let takenGolden = values.takeIfPresent(type)
        let golden = try #require(takenGolden).tensor
        #expect(decoded.shape == golden.shape)
        #expect(decoded.values.map(\.bitPattern) == golden.values.map(\.bitPattern))
        for most in [1, 20, 300, 100_000] {
            #expect(stored.first(most) == Array(golden.values.prefix(most)))
        }
    }

    @Test(arguments: ["F8_E4M3", "F8_E5M2"])
    func `all 256 floats of 8 bits`(type: String) throws {
        var store = try WeightStore(file: "\(Self.folder)/float8.safetensors")
        let takenDecoded = store.takeIfPresent(type)
        let decoded = try #require(takenDecoded).tensor.values
        let takenGolden = store.takeIfPresent("\(type).values")
        let golden = try #require(takenGolden).tensor.values
        #expect(decoded.count == 256)
        for (one, other) in zip(decoded, golden) {
            #expect(one.bitPattern == other.bitPattern || one.isNaN && other.isNaN)
        }
    }
}

@Suite("Scales of 8-bit floats")
struct ScaleTests {
    /// A tensor of two values, 1 and −2 without its scale, and what stands beside it.
    private static func store(
        _ more: [(name: String, type: String, shape: String, bytes: [UInt8])], in directory: String
    ) throws -> WeightStore {
        var (entries, data) = ([String](), [UInt8]())
        let all = [("a.weight", "F8_E4M3", "[2]", [0x38, 0xC0] as [UInt8])] + more
        for (name, type, shape, bytes) in all {
            entries.append(
                #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":"#
                    + "[\(data.count),\(data.count + bytes.count)]}")
            data += bytes
        }
        let path = "\(directory)/a.safetensors"
        try RawSafetensors(header: "{\(entries.joined(separator: ","))}", data: data).write(
            to: path)
        return try WeightStore(file: path)
    }

    private static let mark = ("scaled_fp8", "F8_E4M3", "[0]", [UInt8]())
    /// 0.5 and infinity as float32.
    private static let half: [UInt8] = [0, 0, 0, 0x3F]
    private static let infinity: [UInt8] = [0, 0, 0x80, 0x7F]

    @Test(arguments: ["a.scale_weight", "a.weight_scale"])
    func `a scale counts and is no tensor of the network`(name: String) throws {
        try withTemporaryDirectory { directory in
            var store = try Self.store(
                [
                    Self.mark, (name, "F32", "[1]", Self.half),
                    ("a.scale_input", "F32", "[]", Self.half),
                ], in: directory)
            try store.applyScales()
            #expect(store.names == ["a.weight"])
            #expect(store.stored("a.weight")?.read().tensor.values == [0.5, -1])
            #expect(store.stored("a.weight")?.first(1) == [0.5])
            #expect(store.take("a.weight", [2]).tensor.values == [0.5, -1])
            try store.finish()
        }
    }

    @Test func `without a mark and a scale the values are what they are`() throws {
        try withTemporaryDirectory { directory in
            var store = try Self.store([], in: directory)
            try store.applyScales()
            #expect(store.take("a.weight", [2]).tensor.values == [1, -2])
        }
    }

    @Test func `a scale that is missing or wrong is refused by name`() throws {
        let cases = [
            ([Self.mark], "'a.weight' is scaled, and its '.scale_weight' is missing"),
            (
                [("a.scale_weight", "F32", "[1]", Self.infinity)],
                "'a.scale_weight' is not one finite"
            ),
            (
                [("a.scale_weight", "F32", "[2]", Self.half + Self.half)],
                "'a.scale_weight' is not one finite"
            ),
        ]
        for (more, sentence) in cases {
            try withTemporaryDirectory { directory in
                var store = try Self.store(more, in: directory)
                let error = #expect(throws: WeightsError.self) { try store.applyScales() }
                let text = try #require(error).description
                #expect(text.contains(sentence) && text.contains("a.safetensors"), "\(text)")
            }
        }
    }
}
