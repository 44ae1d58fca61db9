// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

@Suite struct StatusRecordTests {
    @Test func readsWhatItWrote() {
        var record = StatusRecord(state: "held up", reason: "the disk is full")
        record.running = [
            .init(
                job: "j", request: "a/x.json", mode: .mask, stage: "denoise", completed: 3,
                total: 8,
                percent: 40, seconds: 9, secondsLeft: 12)
        ]
        record.waiting = 3
        record.next = ["b.json"]
        record.gathering = [.init(request: "c.json", reason: "sea.png")]
        record.deferred = [
            .init(
                request: "d.json", reason: "no room",
                until: Timestamp(milliseconds: 1_795_953_905_250)),
            .init(request: "e.json", reason: "away"),
        ]
        record.troubles = ["t"]
        #expect(StatusRecord(Array(record.text.utf8)) == record)
    }

    @Test(arguments: ["", "{}", "[]", #"{"state": 7}"#, "\u{0}"])
    func somethingElseIsNone(text: String) {
        #expect(StatusRecord(Array(text.utf8)) == nil)
    }

    @Test func theLatestAreForWhoeverAsks() {
        var record = StatusRecord(state: "running")
        record.finished = [
            .init(
                request: "x.json", isFailed: true, time: Timestamp(milliseconds: 0),
                folder: "x.failed", reason: "why")
        ]
        #expect(record.text.contains(#""reason": "why""#))
        #expect(record.text.contains(#""time": "1970-01-01T00:00:00.000Z""#))
    }

    @Test(arguments: [0, 1, 951_782_399_999, 1_795_953_905_250, 253_402_300_799_999])
    func timesAreReadAgain(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(Timestamp(time.description) == time)
    }

    @Test(
        arguments: [
            "", "now", "2026-11-29", "2026-02-30T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
            "2026-11-29T25:00:00.000Z", "2026-11-29T12:00:00Z", "2026-11-29T12:00:00.000",
            "99999-01-01T00:00:00.000Z",
        ])
    func otherTextsAreNoTimes(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
