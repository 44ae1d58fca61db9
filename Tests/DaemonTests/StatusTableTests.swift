// SPDX-License-Identifier: Apache-2.0

import Foundation
import Requests
import TestSupport
import Testing

@testable import Daemon

@Suite("The table of the status")
struct StatusTableTests {
    private static let table: StatusTable = {
        var record = StatusRecord(state: "running")
        record.running = [
            .init(
                job: "0a-1", request: "a/sunset.json", mode: nil, stage: "denoise", completed: 3,
                total: 8, percent: 40, seconds: 9, secondsLeft: 12)
        ]
        record.waiting = 12
        record.next = ["b.json", "a/c.json"]
        record.gathering = [.init(request: "d.json", reason: "sea.png")]
        record.deferred = [
            .init(
                request: "e.json", reason: "no room",
                until: Timestamp(milliseconds: 1_795_953_905_250))
        ]
        record.troubles = ["'x' cannot be read"]
        let time = Timestamp(milliseconds: 0)
        record.finished = [
            .init(
                request: "f.json", isFailed: true, time: time, folder: "f.failed",
                reason: "There is no key \"promt\"."),
            .init(request: "g.json", isFailed: false, time: time, folder: "g", reason: nil),
        ]
        return StatusTable(root: "/r", server: 7, pause: nil, record: record)
    }()

    @Test func hasALineForEachRequest() {
        let text = Self.table.lines(in: Ink(isColoured: false)).joined(separator: "\n")
        #expect(
            text == """
                serving '/r', process 7
                running  a/sunset.json  40 %, denoise 3/8, about 12 s left, 9 s so far, job 0a-1
                waiting  b.json         for its turn, 1 of 12
                waiting  a/c.json       for its turn, 2 of 12
                waiting  and 10 more
                waiting  d.json         for sea.png
                put off  e.json         until 2026-11-29 12:05:05Z: no room
                failed   f.json         -> f.failed  There is no key "promt".
                done     g.json         -> g
                trouble  'x' cannot be read
                """)
    }

    @Test func fitsIntoATerminal() {
        for columns in [30, 40, 60] {
            let lines = Self.table.lines(in: Ink(isColoured: false), columns: columns)
            for line in lines.dropLast() { #expect(line.count <= columns, "\(line)") }
            #expect(lines[1].hasSuffix("…"))
        }
    }

    @Test func saysWhoIsToBlameForWaiting() {
        var table = StatusTable(root: "/r", server: nil, record: StatusRecord(state: "stopped"))
        #expect(table.lines(in: Ink(isColoured: false)) == ["nobody serves '/r'", "nothing to do"])
        table.record.waiting = 1
        table.record.next = ["x.json"]
        #expect(table.lines(in: Ink(isColoured: false)).last == "waiting  x.json  for a service")
        table.server = 0
        table.record = StatusRecord(state: "held up", reason: "the disk is full")
        table.pause = "paused: 'rushes resume' lets it go on"
        let lines = table.lines(in: Ink(isColoured: false))
        #expect(lines.contains("held up: the disk is full"))
        #expect(lines.contains("paused: 'rushes resume' lets it go on"))
    }

    @Test func coloursSayNothingThatWordsDoNot() {
        let plain = Self.table.lines(in: Ink(isColoured: false))
        let coloured = Self.table.lines(in: Ink(isColoured: true))
        #expect(coloured.contains { $0.contains("\u{1B}[31mfailed\u{1B}[0m") })
        let escapes = /\u{1B}\[[0-9]+m/
        #expect(coloured.map { $0.replacing(escapes, with: "") } == plain)
    }

    @Test func elsewhereThanOnATerminalNothingIsColoured() throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            let end = try Program(["status", "--root", root.path]).end()
            #expect(end.status == 0 && !end.output.contains("\u{1B}"), "\(end)")
        }
    }

    /// script(1) gives the program a terminal.
    @Test(arguments: [("NO_COLOR=", true), ("NO_COLOR=1", false), ("TERM=dumb", false)])
    func onATerminalTheVariablesDecide(variable: String, isColoured: Bool) throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            let command = "'\(Program.path)' status --root '\(root.path)'"
            let end = try Program(
                running: "/usr/bin/env",
                ["TERM=xterm", variable, "/usr/bin/script", "-qec", command, "/dev/null"]
            ).end()
            #expect(end.output.contains("nobody serves"), "\(end)")
            #expect(end.output.contains("\u{1B}[") == isColoured, "\(end)")
        }
    }

    @Test func failuresSayWhyAndJSONSaysItAll() throws {
        try withRoot { root in
            try root.drop("typo.json", #"{"mode": "text-to-video", "promt": "x"}"#)
            #expect(try Program.serve(root, "--once").end().status == 0)
            let table = try Program(["status", "--root", root.path]).end()
            #expect(table.output.contains("failed"), "\(table)")
            #expect(table.output.contains("promt"), "\(table)")
            let json = try Program(["status", "--root", root.path, "--json"]).end()
            let record = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
            let finished = try #require((record as? [String: Any])?["finished"] as? [[String: Any]])
            #expect(finished.first?["status"] as? String == "failed")
            #expect((finished.first?["reason"] as? String)?.contains("promt") == true)
            #expect((record as? [String: Any])?["state"] as? String == "stopped")
        }
    }

    @Test func watchingDrawsAgainWhatChanges() throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            let log = "\(root.path)/watch.log"
            let watching = try Program(
                running: "/bin/sh",
                ["-c", "exec '\(Program.path)' status --watch --root '\(root.path)' >'\(log)'"])
            func text() -> String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
            #expect(root.waits { text().contains("nothing to do") })
            try root.drop("x.json", smallRequest())
            #expect(root.waits { text().contains("waiting  x.json") })
            watching.kill()
            #expect(try Program(["status", "--watch", "--json"]).end().status == 64)
        }
    }
}
