// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import Model

@Suite("Tokens equal transformers'")
struct TokenizerTests {
    static let folders = [
        "text/bytes", "text/compiled", "checkpoints/sharded/tokenizer",
        "checkpoints/narrow/tokenizer",
    ]

    @Test(arguments: folders)
    func `golden prompts`(folder: String) throws {
        let tokenizer = try Tokenizer(folder: "\(Golden.folder)/\(folder)")
        for prompt in GoldenPrompt.all {
            let golden = try #require(prompt.tokens[folder])
            #expect(
                tokenizer.ids(of: Prompt(cleaning: prompt.raw)) == golden,
                "\(prompt.raw.prefix(60))")
            if let golden = prompt.rawTokens[folder] {
                #expect(tokenizer.ids(of: prompt.raw) == golden, "raw \(prompt.raw.prefix(60))")
            }
        }
    }

    @Test(arguments: [1, 2, 7])
    func `a limit counts the end token`(limit: Int) throws {
        let tokenizer = try Tokenizer(folder: "\(Golden.folder)/text/bytes")
        let ids = tokenizer.ids(
            of: Prompt(cleaning: "a red boat drifts left at night"), limit: limit)
        #expect(ids.count == limit)
        #expect(ids.last == 1)
    }

    @Test func `the vocabulary does not depend on the source`() throws {
        let contents = try Vocabulary(folder: "\(Golden.folder)/text/compiled")
        #expect(contents.path.hasSuffix("tokenizer.json"))
        #expect(contents.pieces.count > 100)
    }
}

@Suite("Damaged tokenizers are refused")
struct TokenizerFailureTests {
    /// A folder that is gone with the test.
    private final class Folder {
        let path: String

        init(_ files: [String: [UInt8]]) throws {
            var template = Array("/tmp/rushes-tokenizer-XXXXXX".utf8CString)
            path = String(cString: mkdtemp(&template))
            for (name, bytes) in files {
                let file = try #require(fopen("\(path)/\(name)", "w"))
                fwrite(bytes, 1, bytes.count, file)
                fclose(file)
            }
        }

        deinit {
            for name in ["spiece.model", "tokenizer.json", "tokenizer_config.json"] {
                unlink("\(path)/\(name)")
            }
            rmdir(path)
        }
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "re"))
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&buffer, 1, buffer.count, file)
        return Array(buffer.prefix(count))
    }

    private func error(_ files: [String: [UInt8]]) throws -> ModelError? {
        let folder = try Folder(files)
        return #expect(throws: ModelError.self) { try Tokenizer(folder: folder.path) }
    }

    @Test func `no file at all names spiece.model`() throws {
        let error = try #require(try error([:]))
        #expect("\(error)".contains("spiece.model"))
        #expect("\(error)".contains("missing"))
    }

    @Test(arguments: [0, 1, 100, 1_000, 5_000])
    func `a file that was cut short`(length: Int) throws {
        let whole = try bytes("\(Golden.folder)/text/bytes/spiece.model")
        let error = try #require(try error(["spiece.model": Array(whole.prefix(length))]))
        #expect("\(error)".contains("spiece.model"))
    }

    @Test(arguments: [
        "", "[", "{}", #"{"model": {"vocab": []}}"#, #"{"model": {"vocab": [["a"]]}}"#,
        #"{"model": {"vocab": [["a", "b"]]}}"#, #"{"model": {"vocab": {"a": 1}}}"#,
        #"{"model": {"vocab": [["a", 0], ["b", 0], ["c", 0]]}, "normalizer": {"precompiled_charsmap": "!"}}"#,
        #"{"model": {"vocab": [["a", 0], ["b", 0], ["c", 0]]}, "normalizer": {"precompiled_charsmap": "////fw=="}}"#,
    ])
    func `a tokenizer.json of another kind`(text: String) throws {
        let error = try #require(try error(["tokenizer.json": Array(text.utf8)]))
        #expect("\(error)".contains("tokenizer.json"))
    }

    @Test(arguments: [#"{"extra_ids": -1}"#, #"{"extra_ids": 99999999}"#])
    func `a senseless number of sentinels`(text: String) throws {
        let model = try bytes("\(Golden.folder)/text/bytes/spiece.model")
        let error = try #require(
            try error(["spiece.model": model, "tokenizer_config.json": Array(text.utf8)]))
        #expect("\(error)".contains("extra_ids"))
    }
}

@Suite("The wire format of Protocol Buffers")
struct WireMessageTests {
    @Test(
        arguments: [
            [0x08], [0x0A, 0x05, 0x01], [0x0D, 0x00, 0x00], [0x09, 0x00], [0x0B], [0x0F],
            [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        ] as [[UInt8]])
    func `damage is noticed`(bytes: [UInt8]) {
        #expect(WireMessage(bytes) == nil)
    }

    @Test func `the last of repeated fields counts`() {
        let message = WireMessage([
            0x08, 0x01, 0x08, 0x96, 0x01, 0x12, 0x01, 0x41, 0x12, 0x01, 0x42,
        ])
        #expect(message?.number(field: 1) == 150)
        #expect(message?.bytes(field: 2) == [0x42])
        #expect(message?.all(field: 2).count == 2)
        #expect(message?.bytes(field: 3) == nil)
    }
}
