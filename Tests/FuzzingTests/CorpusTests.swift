// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What the fuzzer began with and all that it ever found, once more.
@Suite struct CorpusTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus")

    private func files(of target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: Self.folder.appendingPathComponent(target.rawValue), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }
    }

    @Test(arguments: FuzzTarget.allCases)
    func everyTargetLivesThroughItsCorpus(target: FuzzTarget) throws {
        let files = try files(of: target)
        #expect(!files.isEmpty)
        for file in files { target.run(Array(try Data(contentsOf: file))) }
    }

    /// A little of what the fuzzer does, the same on every run: every seed cut off, and with each of
    /// its bytes changed.
    @Test(arguments: FuzzTarget.allCases)
    func everyTargetLivesThroughChanges(target: FuzzTarget) throws {
        for file in try files(of: target) {
            let bytes = Array(try Data(contentsOf: file)).prefix(600)
            for index in bytes.indices {
                target.run(Array(bytes[..<index]))
                for change in [0x01, 0x20, 0x80, 0xFF] as [UInt8] {
                    var changed = Array(bytes)
                    changed[index] ^= change
                    target.run(changed)
                }
            }
        }
    }
}
