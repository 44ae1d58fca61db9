// SPDX-License-Identifier: Apache-2.0

import JSON
import Requests
import Testing

@Suite struct ResultRecordTests {
    static func record() -> ResultRecord {
        var record = ResultRecord(request: "sunset")
        record.mode = .textToVideo
        record.model = ResultRecord.Model(name: "starter", sha256: "ab12")
        record.seed = 7
        record.settings = ["prompt": "a \"red\" cat", "steps": 20]
        record.files = [
            ResultRecord.File(
                name: "sunset.mp4", bytes: 1234, sha256: "cd", width: 96, height: 64, frames: 17,
                framesPerSecond: 8, seed: 7),
            ResultRecord.File(
                name: "poster.jpg", bytes: 99, sha256: "ef", width: 96, height: 64, frames: 1,
                framesPerSecond: nil),
        ]
        record.inputs = [ResultRecord.Input(name: "a.png", sha256: "01")]
        record.timing.queued = Timestamp(milliseconds: 0)
        record.timing.started = Timestamp(milliseconds: 1_709_210_096_789)
        record.timing.finished = Timestamp(milliseconds: 1_709_210_100_000)
        record.timing.stages.denoise = 1.23456
        record.engine = ResultRecord.Engine(
            version: "0.1.0", precision: "float32", threads: 2, peakMemoryBytes: 123_456_789)
        record.warnings = ["slow"]
        return record
    }

    @Test func writesEveryFact() {
        let expected = """
            {
              "status": "done",
              "request": "sunset",
              "mode": "text-to-video",
              "model": {
                "name": "starter",
                "sha256": "ab12"
              },
              "style": [],
              "seed": 7,
              "settings": {
                "prompt": "a \\"red\\" cat",
                "steps": 20
              },
              "files": [
                {
                  "name": "sunset.mp4",
                  "bytes": 1234,
                  "sha256": "cd",
                  "width": 96,
                  "height": 64,
                  "frames": 17,
                  "fps": 8,
                  "seed": 7
                },
                {
                  "name": "poster.jpg",
                  "bytes": 99,
                  "sha256": "ef",
                  "width": 96,
                  "height": 64,
                  "frames": 1,
                  "fps": null,
                  "seed": null
                }
              ],
              "inputs": [
                {
                  "name": "a.png",
                  "sha256": "01"
                }
              ],
              "timing": {
                "queued": "1970-01-01T00:00:00.000Z",
                "started": "2024-02-29T12:34:56.789Z",
                "finished": "2024-02-29T12:35:00.000Z",
                "stages": {
                  "load": 0,
                  "text": 0,
                  "media": 0,
                  "train": 0,
                  "denoise": 1.235,
                  "decode": 0,
                  "write": 0
                }
              },
              "engine": {
                "version": "0.1.0",
                "precision": "float32",
                "threads": 2,
                "peak_memory_bytes": 123456789
              },
              "warnings": ["slow"]
            }

            """
        #expect(Self.record().json.serialized() == expected)
    }

    @Test func whatIsInexactSaysSo() throws {
        var record = Self.record()
        #expect(!record.text.contains("approximations"))
        #expect(!record.comment.contains("approximations"))
        let approximations: JSONValue = ["step_cache": ["threshold": 0.25, "steps_reused": 9]]
        record.engine?.approximations = approximations
        #expect(record.json["engine"]?["approximations"] == approximations)
        let comment = try JSONNode(parsing: Array(record.comment.utf8), limits: .request)
        #expect(
            comment["engine"]?["approximations"]?["step_cache"]?["steps_reused"]?.uint64 == 9)
    }

    @Test func stylesAreRecorded() throws {
        var record = Self.record()
        record.styles = [
            ResultRecord.Style(
                name: "ink", version: 2, weight: 0.5, sha256: "ab", trigger: "in ink", matched: 3,
                unmatched: 1, firstUnmatched: ["x.alpha"])
        ]
        let entry: JSONValue = [
            "name": "ink", "version": 2, "weight": .double(0.5), "sha256": "ab",
            "trigger": "in ink",
            "keys": ["matched": 3, "unmatched": 1, "first_unmatched": ["x.alpha"]],
        ]
        #expect(record.json["style"] == [entry])
        let comment = try JSONNode(parsing: Array(record.comment.utf8), limits: .request)
        #expect(comment["style"]?.array?.first?["name"]?.string == "ink")
        #expect(comment["style"]?.array?.first?["keys"] == nil)
    }

    @Test func aMadeStyleGetsItsVersionInPlace() throws {
        var record = Self.record()
        let style = ResultRecord.MadeStyle(
            name: "ink", file: "ink.safetensors", trigger: "in ink")
        record.madeStyle = style
        var found = try #require(ResultRecord.MadeStyle(inResult: Array(record.text.utf8)))
        #expect(found == style && found.call == nil)
        found.version = 2
        let bytes = found.placed(inResult: Array(record.text.utf8))
        record.madeStyle = found
        #expect(String(decoding: bytes, as: UTF8.self) == record.text)
        #expect(ResultRecord.MadeStyle(inResult: bytes) == found)
        #expect(record.json["style"]?["call"] == "ink@2")
    }

    @Test(arguments: [
        ("../ink", "ink.safetensors"), ("ink@2", "ink.safetensors"), ("ink", "../ink"),
        ("ink", ""), ("ink", "."), ("ink", ".."), ("ink", "/etc/passwd"),
    ])
    func aMadeStyleIsNoPath(name: String, file: String) {
        var record = Self.record()
        record.madeStyle = ResultRecord.MadeStyle(name: name, file: file, trigger: "in ink")
        #expect(ResultRecord.MadeStyle(inResult: Array(record.text.utf8)) == nil)
    }

    @Test func failuresSayWhy() throws {
        var record = ResultRecord(request: "typo")
        record.failure = Failure(
            code: Failure.badRequest, message: "The request has a problem.",
            problems: [Problem(field: "steps", message: "No.", line: 2, column: 3, hint: "Yes.")])
        let json = record.json
        #expect(json["status"] == "failed")
        #expect(json["mode"] == JSONValue.null)
        let error: JSONValue = [
            "code": "bad-request", "message": "The request has a problem.",
            "problems": [
                ["field": "steps", "message": "No.", "line": 2, "column": 3, "hint": "Yes."]
            ],
        ]
        #expect(json["error"] == error)
    }

    @Test(arguments: [
        (UInt64(0), "0"), (1 << 53, "9007199254740992"),
        ((1 << 53) + 1, "\"9007199254740993\""), (.max, "\"18446744073709551615\""),
    ])
    func seedsKeepTheirDigits(seed: UInt64, expected: String) throws {
        let text = JSONValue.seed(seed).serialized(pretty: false)
        #expect(text == expected)
        #expect(try Request.parse(Request.example(["seed": text])).seed == seed)
    }

    @Test func commentIsOneLineWithTheDisclosure() throws {
        let comment = Self.record().comment
        #expect(!comment.unicodeScalars.contains { $0.value < 0x20 })
        let node = try JSONNode(parsing: Array(comment.utf8), limits: .request)
        #expect(node.members?.first?.key == "disclosure")
        #expect(node["disclosure"]?.string?.contains("generated by AI") == true)
        #expect(node["seed"]?.uint64 == 7)
        #expect(node["settings"]?["prompt"]?.string == "a \"red\" cat")
        #expect(node["model"]?["sha256"]?.string == "ab12")
    }

    @Test(
        arguments: [
            (951_827_696_000, "2000-02-29T12:34:56.000Z"),
            (1_767_225_599_999, "2025-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func timesAreUTC(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func timeGoesOn() {
        let earlier = Timestamp.now()
        #expect(earlier.milliseconds > 1_700_000_000_000)
        #expect(Timestamp.now() >= earlier)
    }
}
