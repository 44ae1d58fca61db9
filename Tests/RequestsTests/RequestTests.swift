// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// Requests that are understood.
@Suite struct RequestTests {
    @Test(arguments: ModeName.allCases)
    func modesHaveNumbers(mode: ModeName) throws {
        for form in [
            "\(mode.number)", "\"\(mode.number)\"", "\"0\(mode.number)\"", "\(mode.number).0",
        ] {
            let request = try Request.parse(Request.example(mode: mode, ["mode": form]))
            #expect(request.mode.name == mode)
        }
    }

    @Test func whatIsNotSaidIsTheModelsOwn() throws {
        let request = try Request.parse(Request.example(), available: .thisVersion)
        #expect(request.mode == .textToVideo)
        #expect(request.prompt == "a red balloon drifts over the harbour at sunset")
        #expect(request.negativePrompt == nil)
        #expect(request.size == nil && request.length == nil && request.framesPerSecond == nil)
        #expect(request.seed == nil && request.steps == nil && request.guidance == nil)
        #expect(request.shift == nil && request.model == nil && request.delivery == nil)
        #expect(request.variations == 1 && request.format == .mp4 && request.priority == 0)
        #expect(request.strength == 1 && request.styles.isEmpty && request.media.isEmpty)
        #expect(!request.loop && !request.preview && request.warnings.isEmpty)
    }

    @Test func everythingCanBeSaid() throws {
        let request = try Request.parse(
            """
            {"$schema": "request.schema.json", "mode": 1, "prompt": "a cat", "seconds": 2.5,
            "negative_prompt": "rain", "size": "832x480", "fps": 23.976, "seed": 7.0, "steps": 1e1,
            "guidance": 5, "shift": 3.5, "variations": 4, "format": "webp", "model": "Wan2.1-T2V_1",
            "priority": -10, "style": ["ink@2", {"name": "oil", "weight": 0.5, "trigger": false}],
            "deliver": {"size": "1920x1080", "fps": 24}, "loop": true, "preview": false}
            """)
        #expect(request.negativePrompt == "rain")
        #expect(request.size == .exact(width: 832, height: 480))
        #expect(request.length == .seconds(2.5))
        #expect(request.framesPerSecond == 23.976)
        #expect(request.seed == 7 && request.steps == 10)
        #expect(request.guidance == 5 && request.shift == 3.5)
        #expect(request.variations == 4 && request.format == .webp && request.priority == -10)
        #expect(request.model == "Wan2.1-T2V_1")
        #expect(request.styles.map(\.name.description) == ["ink@2", "oil"])
        #expect(request.styles.map(\.weight) == [1, 0.5])
        #expect(request.styles.map(\.trigger) == [true, false])
        #expect(request.delivery?.width == 1920 && request.delivery?.framesPerSecond == 24)
        #expect(request.loop && !request.preview && request.warnings.isEmpty)
    }

    @Test(
        arguments: [
            ("0", 0), ("\"0\"", 0), ("18446744073709551615", UInt64.max),
            ("\"18446744073709551615\"", .max), ("9007199254740993", 9_007_199_254_740_993),
            ("9223372036854775808", 1 << 63), ("\"007\"", 7),
        ] as [(String, UInt64)])
    func seedsKeepTheirDigits(text: String, seed: UInt64) throws {
        #expect(try Request.parse(Request.example(["seed": text])).seed == seed)
    }

    @Test(arguments: [
        ("\"16:9\"", Request.FrameSize.ratio(width: 16, height: 9)),
        ("\"2.39:1\"", .ratio(width: 2.39, height: 1)), ("\"1:8\"", .ratio(width: 1, height: 8)),
        ("\"16x16\"", .exact(width: 16, height: 16)),
        ("\"4096x2160\"", .exact(width: 4096, height: 2160)),
    ])
    func sizes(text: String, size: Request.FrameSize) throws {
        #expect(try Request.parse(Request.example(["size": text])).size == size)
    }

    @Test(arguments: [1, 5, 17, 81, 36_001])
    func frames(count: Int) throws {
        let request = try Request.parse(Request.example(["frames": "\(count)"]))
        #expect(request.length == .frames(count))
    }
}
