// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Weights

/// A damaged GGUF file: how it is spoilt, and a part of the sentence that says so.
struct GGUFDamage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sentence: String
    let spoil: @Sendable (inout RawGGUF) -> Void

    init(
        _ name: String, _ sentence: String, _ spoil: @escaping @Sendable (inout RawGGUF) -> Void
    ) {
        (testDescription, self.sentence, self.spoil) = (name, sentence, spoil)
    }

    static let all = [
        GGUFDamage("first version", "GGUF of version 1") { $0.version = 1 },
        GGUFDamage("big endian", "GGUF of version 50331648") { $0.version = 3 << 24 },
        GGUFDamage("data cut short", "of 'q' 1 bytes are missing") { $0.lost = 1 },
        GGUFDamage("no data", "of 'w' 14 bytes are missing") { $0.lost = 40 },
        GGUFDamage("more tensors than bytes", "claims 18446744073709551615 tensors") {
            $0.count = .max
        },
        GGUFDamage("one tensor too many", "'' has 0 axes") { $0.count = 3 },
        GGUFDamage("more pairs than bytes", "claims 1152921504606846976 pairs") {
            $0.pairCount = 1 << 60
        },
        GGUFDamage("an endless text", "cut short") {
            $0.pairs = [RawGGUF.pair("a", 8, RawGGUF.little(UInt64.max))]
        },
        GGUFDamage("an endless list", "values of 'a'") {
            $0.pairs = [
                RawGGUF.pair("a", 9, RawGGUF.little(UInt32(4)) + RawGGUF.little(UInt64.max))
            ]
        },
        GGUFDamage("a list of lists", "'a' is a list of lists") {
            $0.pairs = [RawGGUF.pair("a", 9, RawGGUF.little(UInt32(9)) + RawGGUF.little(UInt64(1)))]
        },
        GGUFDamage("a pair of no type", "'a' is of the type 77") {
            $0.pairs = [RawGGUF.pair("a", 77, [0])]
        },
        GGUFDamage("alignment of zero", "alignment of 0") {
            $0.pairs = [RawGGUF.pair("general.alignment", 4, RawGGUF.little(UInt32(0)))]
        },
        GGUFDamage("alignment of 48", "alignment of 48") {
            $0.pairs = [RawGGUF.pair("general.alignment", 4, RawGGUF.little(UInt32(48)))]
        },
        GGUFDamage("no axes", "'w' has 0 axes") { $0.tensors[0].axes = [] },
        GGUFDamage("too many axes", "'w' has 9 axes") {
            $0.tensors[0].axes = .init(repeating: 1, count: 9)
        },
        GGUFDamage("too large", "'w' is too large") { $0.tensors[0].axes = [1 << 40, 1 << 40] },
        GGUFDamage("larger than any number", "'w'") { $0.tensors[0].axes = [.max, 1] },
        GGUFDamage("nothing times too much", "'w'") {
            $0.tensors[0].axes = [0, 1 << 62, 1 << 62]
        },
        GGUFDamage("half a block", "'q' of shape [1, 31] and type Q4_0") {
            $0.tensors[1].axes = [31, 1]
        },
        GGUFDamage("overlap", "the data of 'w' overlap or leave a gap") {
            $0.tensors[1].offset = 0
        },
        GGUFDamage("not aligned", "the data of 'q' overlap or leave a gap") {
            $0.tensors[1].offset = 33
        },
        GGUFDamage("gap", "the data of 'q' overlap or leave a gap") { $0.tensors[1].offset = 64 },
        GGUFDamage("beyond the end", "the data of 'q' begin behind the end") {
            $0.tensors[1].offset = .max
        },
        GGUFDamage("more rows than data", "are missing") { $0.tensors[1].axes = [32, 1000] },
        GGUFDamage("twice", "'w' is there twice") { $0.tensors[1].name = "w" },
    ]
}

@Suite("GGUF files")
struct GGUFTests {
    @Test func `the values of a right file`() throws {
        try withTemporaryDirectory { directory in
            var file = RawGGUF.sample
            file.pairs = [
                RawGGUF.pair("general.architecture", 8, RawGGUF.text("wan")),
                RawGGUF.pair(
                    "words", 9,
                    RawGGUF.little(UInt32(8)) + RawGGUF.little(UInt64(2)) + RawGGUF.text("ab")
                        + RawGGUF.text("")),
                RawGGUF.pair(
                    "bytes", 9,
                    RawGGUF.little(UInt32(1)) + RawGGUF.little(UInt64(2)) + [0xFF, 3]),
            ]
            let path = "\(directory)/a.gguf"
            try file.write(to: path)
            var store = try WeightStore(file: path)
            #expect(store.take("w", [2, 3]).tensor.values == [0, 1, 2, 3, 4, 5])
            #expect(store.take("q", [1, 32]).tensor.values == .init(repeating: 0, count: 32))
            try store.finish()
            #expect(store.metadata == ["general.architecture": "wan"])
            #expect(store.texts("words") == [[0x61, 0x62], []] && store.texts("bytes") == nil)
            #expect(store.numbers("bytes") == [-1, 3] && store.numbers("words") == nil)
        }
    }

    @Test(arguments: GGUFDamage.all)
    func `a damaged file is refused with the reason`(damage: GGUFDamage) throws {
        try withTemporaryDirectory { directory in
            var file = RawGGUF.sample
            damage.spoil(&file)
            let path = "\(directory)/a.gguf"
            try file.write(to: path)
            let error = #expect(throws: WeightsError.self) { _ = try WeightStore(file: path) }
            let text = try #require(error).description
            #expect(text.contains(damage.sentence) && text.contains(path), "\(text)")
        }
    }

    @Test func `a file cut anywhere is refused`() throws {
        let whole = RawGGUF.sample.bytes
        for count in 0..<whole.count {
            try withTemporaryDirectory(inMemory: true) { directory in
                let path = "\(directory)/a.gguf"
                try writeFile(Array(whole[..<count]), to: path)
                #expect(throws: WeightsError.self) { _ = try WeightStore(file: path) }
            }
        }
    }

    @Test(arguments: [(16, "IQ2_XXS"), (10, "Q2_K"), (1234, "number 1234")] as [(UInt32, String)])
    func `a type that is not read is called by its name`(number: UInt32, name: String) throws {
        try withTemporaryDirectory { directory in
            var file = RawGGUF.sample
            file.tensors[1].type = number
            let path = "\(directory)/a.gguf"
            try file.write(to: path)
            var store = try WeightStore(file: path)
            store.skip(prefix: "w")
            #expect(store.takeIfPresent("q") == nil)
            let error = #expect(throws: WeightsError.self) { try store.finish() }
            #expect(error?.description.contains("'q' is of type \(name); F32") == true)
        }
    }

    /// llama-quantize leaves out axes of one, sd.cpp folds the first two of five axes.
    @Test func `axes that writers of GGUF leave out or fold`() throws {
        let cases: [([UInt64], [Int], Bool)] = [
            ([3, 2], [1, 2, 3], true), ([3, 2], [2, 3], true), ([3, 2], [2, 1, 1, 1, 3], false),
            ([1, 1, 3, 2], [2, 1, 3, 1, 1], true), ([1, 1, 3, 2], [1, 2, 3, 1, 1], true),
            ([3, 2], [3, 2], false), ([6], [2, 3], false),
        ]
        for (axes, shape, fits) in cases {
            try withTemporaryDirectory { directory in
                var file = RawGGUF.sample
                file.tensors[0].axes = axes
                let path = "\(directory)/a.gguf"
                try file.write(to: path)
                var store = try WeightStore(file: path)
                #expect(store.check("w", shape) == fits, "\(axes) as \(shape)")
                if fits { #expect(store.take("w", shape).shape == shape) }
            }
        }
    }
}

@Suite("Sets of files")
struct WeightFilesTests {
    @Test func `shards belong together and pickles are left closed`() throws {
        try withTemporaryFolder { folder in
            for name in [
                "b-00002-of-00002.safetensors", "b-00001-of-00002.safetensors", "a.GGUF",
                "c-1-of-2.safetensors", ".hidden.gguf", "d.gguf.part", "vae.pth",
            ] { try folder.write("", name) }
            let files = try WeightFiles(in: folder.path)
            #expect(
                files.sets == [
                    [folder.at("a.GGUF")],
                    [
                        folder.at("b-00001-of-00002.safetensors"),
                        folder.at("b-00002-of-00002.safetensors"),
                    ], [folder.at("c-1-of-2.safetensors")],
                ])
            #expect(files.pickles == [folder.at("vae.pth")])
            #expect(try WeightFiles(in: folder.at("nowhere")).sets.isEmpty)
        }
    }

    @Test func `a missing shard is named`() throws {
        try withTemporaryFolder { folder in
            try folder.write("", "b-00001-of-00003.safetensors")
            try folder.write("", "b-00002-of-00003.safetensors")
            let error = #expect(throws: WeightsError.self) { try WeightFiles(in: folder.path) }
            #expect(error?.description.contains("b-00003-of-00003.safetensors") == true)
        }
    }

    @Test func `two spellings of one tensor, and a tensor in two files`() throws {
        try withTemporaryFolder { folder in
            try RawGGUF.sample.write(to: folder.at("a.gguf"))
            var store = try WeightStore(file: folder.at("a.gguf"))
            let same = #expect(throws: WeightsError.self) { try store.rename { _ in "x" } }
            #expect(same?.description.contains("'q' and 'w' are the same tensor") == true)
            try RawSafetensors.sample.write(to: folder.at("b.safetensors"))
            let twice = #expect(throws: WeightsError.self) {
                try WeightStore(files: [folder.at("a.gguf"), folder.at("b.safetensors")])
            }
            #expect(twice?.description.contains("'w' is in another") == true)
            let several = #expect(throws: WeightsError.self) {
                try WeightStore(folder: folder.path)
            }
            #expect(several?.description.contains("leave one") == true)
        }
    }
}
