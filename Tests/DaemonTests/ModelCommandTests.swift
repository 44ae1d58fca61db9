// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `rushes models`.
@Suite("Models")
struct ModelCommandTests {
    @Test(arguments: [["models"], ["models", "list"]])
    func thoseThatAreInstalledAreListed(words: [String]) throws {
        let end = try Program(words + ["--models", Root.models]).end()
        #expect(end.status == 0, "\(end)")
        for name in ["narrow", "sharded", "vace-narrow"] { #expect(end.output.contains(name)) }
        let lines = end.output.split(separator: "\n")
        #expect(lines.first { $0.hasPrefix("narrow") }?.contains("text-to-video only") == true)
        #expect(lines.first { $0.hasPrefix("vace-narrow") }?.contains("all modes") == true)
    }

    @Test func oneThatIsDamagedSaysWhy() throws {
        try withTemporaryDirectory { folder in
            let model = "\(folder)/mine"
            try FileManager.default.copyItem(atPath: "\(Root.models)/narrow", toPath: model)
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(model)/transformer")
            let weights = try #require(files.first { $0.hasSuffix(".safetensors") })
            #expect(truncate("\(model)/transformer/\(weights)", 1000) == 0)
            let end = try Program(["models", "--models", folder, "--json"]).end()
            #expect(end.status == 78)
            let listing = try JSONSerialization.jsonObject(with: Data(end.output.utf8))
            let models = try #require((listing as? [String: Any])?["models"] as? [[String: Any]])
            #expect(models.first?["usable"] as? Bool == false)
            #expect((models.first?["trouble"] as? String)?.contains(weights) == true, "\(end)")
            let text = try Program(["models", "--models", folder]).end().output
            #expect(text.contains("mine") && text.contains("cannot be used"), "\(text)")
        }
    }

    @Test func withoutAnyItSaysWhereItLooked() throws {
        try withTemporaryDirectory { folder in
            let end = try Program(["models", "--models", folder]).end()
            #expect(end.status == 78)
            #expect(end.output.contains(folder) && end.output.contains("starter"))
        }
    }
}
