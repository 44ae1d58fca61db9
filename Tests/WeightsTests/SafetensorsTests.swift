// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Weights

/// A damaged file: how it is spoilt, and a part of the sentence that says so.
struct Damage: Sendable, CustomTestStringConvertible {
    let name: String
    let sentence: String
    let spoil: @Sendable (inout RawSafetensors) -> Void

    var testDescription: String { name }

    init(
        _ name: String, _ sentence: String,
        _ spoil: @escaping @Sendable (inout RawSafetensors) -> Void
    ) {
        (self.name, self.sentence, self.spoil) = (name, sentence, spoil)
    }

    static let all = [
        Damage("cut short", "4 bytes are missing") { $0.data.removeLast(4) },
        Damage("bytes at the end", "3 bytes at its end belong to no tensor") {
            $0.data += [1, 2, 3]
        },
        Damage("no JSON", "not JSON") { $0.header = "{nonsense" },
        Damage("no object", "not a JSON object") { $0.header = "[1]" },
        Damage("no shape", "header entry 'w' is wrong") {
            $0.header = #"{"w":{"dtype":"F32","data_offsets":[0,24]}}"#
        },
        Damage("negative shape", "header entry 'w' is wrong") {
            $0.header = #"{"w":{"dtype":"F32","shape":[-2,3],"data_offsets":[0,24]}}"#
        },
        Damage("shape that overflows", "too large") {
            $0.header =
                #"{"w":{"dtype":"F32","shape":[4611686018427387904,16],"data_offsets":[0,24]}}"#
        },
        Damage("shape that does not fit", "needs 28 bytes and has 24") {
            $0.header = #"{"w":{"dtype":"F32","shape":[7],"data_offsets":[0,24]}}"#
        },
        Damage("offsets backwards", "header entry 'w' is wrong") {
            $0.header = #"{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[24,0]}}"#
        },
        Damage("overlap", "overlaps or leaves a gap") {
            $0.header =
                #"{"v":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"#
                + #""w":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}"#
        },
        Damage("gap", "overlaps or leaves a gap") {
            $0.header = #"{"w":{"dtype":"F32","shape":[5],"data_offsets":[4,24]}}"#
        },
        Damage("end beyond the file", "bytes are missing") {
            $0.header = #"{"w":{"dtype":"F32","shape":[200],"data_offsets":[0,800]}}"#
        },
    ]
}

@Suite("Safetensors files")
struct SafetensorsTests {
    @Test func `the values of a right file, mapped or not aligned`() throws {
        for padding in 0..<4 {
            try withTemporaryDirectory { directory in
                var file = RawSafetensors.sample
                file.header += String(repeating: " ", count: padding)
                try file.write(to: directory + "/model.safetensors")
                var store = try WeightStore(folder: directory)
                let weight = store.take("w", [2, 3])
                try store.finish()
                #expect(weight.tensor.values == [0, 1, 2, 3, 4, 5])
                #expect(weight.shape == [2, 3])
            }
        }
    }

    @Test(arguments: Damage.all)
    func `a damaged file is refused with the reason`(damage: Damage) throws {
        try withTemporaryDirectory { directory in
            var file = RawSafetensors.sample
            damage.spoil(&file)
            let path = directory + "/model.safetensors"
            try file.write(to: path)
            let error = #expect(throws: WeightsError.self) {
                _ = try WeightStore(folder: directory)
            }
            let text = try #require(error).description
            #expect(text.contains(damage.sentence) && text.contains(path), "\(text)")
        }
    }

    @Test(arguments: [0, 7, 8])
    func `a header length that the file does not have`(count: Int) throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/model.safetensors"
            try writeFile([UInt8](repeating: 0xff, count: count), to: path)
            let error = #expect(throws: WeightsError.self) {
                _ = try WeightStore(file: path)
            }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test func `a type that the engine does not read`() throws {
        try withTemporaryDirectory { directory in
            var file = RawSafetensors.sample
            file.header = #"{"w":{"dtype":"I32","shape":[2,3],"data_offsets":[0,24]}}"#
            try file.write(to: directory + "/model.safetensors")
            var store = try WeightStore(folder: directory)
            _ = store.take("w", [2, 3])
            #expect(
                throws: WeightsError.unfit(
                    folder: directory,
                    problems: [
                        "'w' is of type I32; F32, F16, BF16, F8_E4M3, F8_E5M2, Q8_0, Q6_K, Q5_K,"
                            + " Q4_K, Q3_K, Q5_1, Q5_0, Q4_1 and Q4_0 can be read"
                    ])
            ) { try store.finish() }
        }
    }
}

@Suite("Component folders")
struct WeightStoreTests {
    @Test func `all that does not fit is named at once`() throws {
        try withTemporaryDirectory { directory in
            var file = RawSafetensors.sample
            file.header =
                #"{"extra":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
                + #""w":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}}"#
            try file.write(to: directory + "/diffusion_pytorch_model.safetensors")
            var store = try WeightStore(folder: directory)
            _ = store.take("w", [2, 3])
            _ = store.take("absent.bias", [5])
            #expect(
                throws: WeightsError.unfit(
                    folder: directory,
                    problems: [
                        "'w' of shape [2, 3] is wanted, the file has [4]",
                        "'absent.bias' of shape [5] is missing",
                        "'extra' belongs to no part of the network",
                    ])
            ) { try store.finish() }
        }
    }

    @Test func `shards are found by their index`() throws {
        try withTemporaryDirectory { directory in
            for name in ["a", "b"] {
                var file = RawSafetensors.sample
                file.header.replace("\"w\"", with: "\"\(name)\"")
                try file.write(to: "\(directory)/\(name).safetensors")
            }
            let index = #"{"weight_map":{"a":"a.safetensors","b":"b.safetensors"}}"#
            try writeFile(
                Array(index.utf8),
                to: directory + "/diffusion_pytorch_model.safetensors.index.json")
            var store = try WeightStore(folder: directory)
            #expect(store.names == ["a", "b"])
            #expect(store.take("b", [2, 3]).tensor.values == [0, 1, 2, 3, 4, 5])
            store.skip(prefix: "a")
            try store.finish()
        }
    }

    @Test(arguments: [
        (#"{"weight_map":{"a":"gone.safetensors"}}"#, "gone.safetensors"),
        (#"{"weight_map":{"a":"../a.safetensors"}}"#, "'a' names no file"),
        (#"{"weight_map":{"a":3}}"#, "'a' names no file"),
        (#"{"other":1}"#, "no 'weight_map'"), ("{", "index.json"),
    ])
    func `an index that leads nowhere`(index: String, sentence: String) throws {
        try withTemporaryDirectory { directory in
            try writeFile(
                Array(index.utf8), to: directory + "/model.safetensors.index.json")
            let error = #expect(throws: WeightsError.self) {
                _ = try WeightStore(folder: directory)
            }
            let text = try #require(error).description
            #expect(text.contains(sentence), "\(text)")
        }
    }

    @Test func `an empty folder`() throws {
        try withTemporaryDirectory { directory in
            let error = #expect(throws: WeightsError.self) {
                _ = try WeightStore(folder: directory)
            }
            #expect(error?.description.contains("holds no weights") == true)
        }
    }
}
