// SPDX-License-Identifier: Apache-2.0

import Foundation
import Media
import TestSupport
import Testing

/// The program on processors of several kinds, by masking what the libraries see of this one.
@Suite("Precisions on lesser processors", .serialized)
struct PrecisionTests {
    private static let masks: [[String]] = [
        [],
        ["RUSHES_INSTRUCTIONS=avx2", "ONEDNN_MAX_CPU_ISA=AVX2", "OPENBLAS_CORETYPE=Haswell"],
        ["RUSHES_INSTRUCTIONS=baseline", "ONEDNN_MAX_CPU_ISA=SSE41", "OPENBLAS_CORETYPE=Nehalem"],
    ]
    /// The least peak signal-to-noise ratio beside float32 as this processor computes it, in dB.
    private static let leastRatio = ["float32": 55.0, "bfloat16": 38, "int8": 28]

    @Test(arguments: ["float32", "bfloat16", "int8"])
    func `the frames are those of float32 to within rounding`(precision: String) throws {
        let truth = try frames("float32", [])
        #expect(truth.count == 5 && Set(truth.map(\.pixels)).count > 1)
        for mask in Self.masks {
            let ratio = signalToNoise(try frames(precision, mask), truth)
            #expect(ratio >= Self.leastRatio[precision] ?? .infinity, "\(mask)")
        }
    }

    @Test(arguments: ["float32", "bfloat16", "int8"])
    func `the same seed gives the same bytes, run after run`(precision: String) throws {
        let first = try frames(precision, []).map(\.pixels)
        #expect(try frames(precision, []).map(\.pixels) == first)
    }

    @Test func `the precision is recorded, and automatic is float32 for a narrow model`() throws {
        try withRoot { root in
            for (words, expected) in [
                (["--precision", "int8"], "int8"), (["--precision", "automatic"], "float32"),
                ([], "float32"),
            ] {
                let output = "\(root.path)/\(words.joined())-out"
                try generate(words, [], into: output, root)
                let record = try String(contentsOfFile: "\(output)/result.json", encoding: .utf8)
                #expect(record.contains("\"precision\": \"\(expected)\""))
            }
        }
    }

    private static let request = """
        {"mode": "text-to-video", "prompt": "a red balloon drifts to the right over the sea", \
        "size": "96x64", "frames": 5, "steps": 4, "seed": 3, "format": "png"}
        """

    /// Runs `rushes generate` with the starter.
    private func generate(
        _ words: [String], _ environment: [String], into output: String, _ root: Root
    ) throws {
        let request = "\(root.path)/film.json"
        try Self.request.write(toFile: request, atomically: true, encoding: .utf8)
        let end = try Program(
            running: "/usr/bin/env",
            environment + [Program.path, "generate", request]
                + ["--models", "\(Golden.folder)/../../models", "--output", output] + words
        ).end()
        try #require(end.status == 0, "\(end.complaints)")
    }

    private func frames(_ precision: String, _ environment: [String]) throws -> [Picture] {
        var frames: [Picture] = []
        try withRoot { root in
            let output = "\(root.path)/out"
            try generate(["--precision", precision], environment, into: output, root)
            let names = try #require(
                FileManager.default.enumerator(atPath: output)?.allObjects as? [String])
            for name in names.filter({ $0.hasSuffix(".png") }).sorted() {
                frames.append(try PictureFile.read("\(output)/\(name)"))
            }
        }
        return frames
    }

    private func signalToNoise(_ frames: [Picture], _ truth: [Picture]) -> Double {
        let differences = zip(frames.flatMap(\.pixels), truth.flatMap(\.pixels)).map {
            let difference = Double($0) - Double($1)
            return difference * difference
        }
        let mean = differences.reduce(0, +) / Double(differences.count)
        return frames.count == truth.count ? 10 * log10(255 * 255 / max(mean, 1e-9)) : 0
    }
}
