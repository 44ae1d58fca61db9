// SPDX-License-Identifier: Apache-2.0

import Foundation
import Service
import TestSupport
import Testing

@testable import Daemon

/// What `journalctl -x` says about each event.
@Suite("The journal's catalogue")
struct CatalogueTests {
    private struct Entry {
        var headers: [String: String] = [:]
        var text = ""
    }

    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func source(_ path: String) throws -> String {
        try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
    }

    /// The entries of `systemd/rushes.catalog` by id, as journalctl(1) reads them.
    private static func entries() throws -> [String: Entry] {
        var entries: [String: Entry] = [:]
        var (id, isHeader) = ("", false)
        for line in try source("systemd/rushes.catalog").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("#") { continue }
            if line.hasPrefix("-- ") {
                id = String(line.dropFirst(3))
                #expect(entries[id] == nil, "\(id) stands there twice")
                entries[id] = Entry()
                isHeader = true
            } else if isHeader, let colon = line.firstIndex(of: ":") {
                let value = line[colon...].dropFirst().drop { $0 == " " }
                entries[id]?.headers[String(line[..<colon])] = String(value)
            } else {
                isHeader = false
                if !id.isEmpty { entries[id]?.text += line + "\n" }
            }
        }
        return entries
    }

    /// One of each kind, with all that it may say.
    private static let events: [Event] = {
        let facts = Event.Facts(
            job: "j", request: "r", mode: .textToVideo, seconds: 1, result: "o")
        return [
            .started(root: "/r", waiting: 1), .accepted(job: "j", request: "r"),
            .refusedClaim(request: "r", reason: "x"), .waiting(request: "r", missing: ["m"]),
            .duplicate(request: "r", job: "j", result: "o"), .withdrawn(request: "r"),
            .paused(by: .command), .resumed, .obstructed(reason: "x"), .cleared,
            .begun(job: "j", request: "r", attempt: 1), .done(facts),
            .styleInstalled(job: "j", request: "r", style: "ink@2", folder: "/s"),
            .failed(facts, code: "c"),
            .warned(job: "j", request: "r", warning: "x"),
            .crashed(facts, how: "signal 9", crashes: 1),
            .setAside(job: "j", request: "r", reason: "x"), .interrupted(job: "j", request: "r"),
            .trouble("x"), .workerTrouble("x"), .lessContained("x"), .fatal("x"), .searched,
            .stopping(running: 1, waiting: 1), .stopped(waiting: 1), .inboxAway(reason: "x"),
            .inboxBack(root: "/r"), .polling(reason: "x"), .galleryWithheld(file: "x"),
        ]
    }()

    @Test func `has an entry for every event and no other`() throws {
        let folder = Self.repository.appendingPathComponent("Sources/Daemon")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("Event") }
        let written = try files.map { try Self.source("Sources/Daemon/\($0)") }.joined()
            .matches(of: /"([0-9a-f]{32})"/).map { String($0.1) }
        #expect(Set(written).count == written.count, "an id is used twice")
        #expect(try Set(Self.entries().keys) == Set(written))
        #expect(Set(Self.events.map(\.entry.kind)) == Set(written), "an event is not tested here")
    }

    @Test func `says something and promises no field that the event lacks`() throws {
        let entries = try Self.entries()
        for event in Self.events {
            let entry = try #require(entries[event.entry.kind])
            #expect(entry.headers["Defined-By"] == "Rushes")
            let subject = try #require(entry.headers["Subject"])
            #expect(!subject.isEmpty && subject.count < 60 && entry.text.count > 60, "\(subject)")
            let fields = Set(event.entry.fields.map(\.name))
            for field in (subject + entry.text).matches(of: /@([A-Z_]+)@/) {
                #expect(fields.contains(String(field.1)), "\(subject): \(field.1)")
            }
            #expect(entry.text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(subject)")
        }
    }
}
