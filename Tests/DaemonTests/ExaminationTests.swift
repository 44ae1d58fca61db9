// SPDX-License-Identifier: Apache-2.0

import Foundation
import Requests
import TestSupport
import Testing

@testable import Daemon

/// `rushes doctor`.
@Suite("Examining the machine")
struct ExaminationTests {
    private typealias Findings = [[String: Any]]

    private func examine(
        _ root: String, _ words: String...
    ) throws -> (status: Int32, findings: Findings) {
        let before = Folder(root).tree
        let end = try Program(["doctor", "--json", "--root", root] + words).end()
        #expect(Folder(root).tree == before, "it changes nothing")
        let record = try JSONSerialization.jsonObject(with: Data(end.output.utf8))
        return (end.status, try #require((record as? [String: Any])?["findings"] as? Findings))
    }

    private func grades(_ findings: Findings, _ topic: String) -> [String] {
        findings.filter { $0["topic"] as? String == topic }.compactMap { $0["grade"] as? String }
    }

    @Test func aMachineThatServesIsInOrder() throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            chmod("\(root.path)/spool", 0o700)
            let (status, findings) = try examine(root.path, "--models", Root.models)
            #expect(status == 0, "\(findings)")
            #expect(grades(findings, "models").first == "good")
            for topic in ["folders", "mounts", "encoders"] {
                #expect(grades(findings, topic) == ["good"], "\(topic): \(findings)")
            }
            let topics = Set(findings.compactMap { $0["topic"] as? String })
            #expect(
                topics.isSuperset(of: [
                    "service", "disk", "events", "processor", "threads", "containment", "clock",
                ]))
        }
    }

    @Test func everyFaultHasItsRemedy() throws {
        try withRoot { root in
            let (status, findings) = try examine(root.path + "/none", "--models", root.path)
            #expect(status == 78)
            #expect(grades(findings, "folders") == ["fault"])
            #expect(grades(findings, "disk") == ["fault"])
            #expect(grades(findings, "models") == ["fault"])
            for finding in findings {
                guard ["fault", "warning"].contains(finding["grade"] as? String) else { continue }
                #expect((finding["remedy"] as? String)?.isEmpty == false, "\(finding)")
            }
        }
    }

    @Test func aSpoolThatIsOpenAndADamagedModelAreWarnedOf() throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            chmod("\(root.path)/spool", 0o755)
            try Folder(root.path).write("{}", "models/broken/model_index.json")
            let (status, findings) = try examine(
                root.path, "--models", "\(root.path)/models", "--models", Root.models)
            #expect(status == 0)
            #expect(grades(findings, "spool") == ["warning"])
            #expect(grades(findings, "models").contains("warning"))
        }
    }

    @Test(.enabled(if: Mounts.arePermitted))
    func foldersOnTwoMountsAreAFault() throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            try Mounts.mount("tmpfs", at: "\(root.path)/outbox")
            defer { try? Mounts.unmount("\(root.path)/outbox") }
            let (status, findings) = try examine(root.path, "--models", Root.models)
            #expect(status == 78)
            #expect(grades(findings, "mounts") == ["fault"], "\(findings)")
        }
    }

    @Test(
        arguments: [
            (["LoadState": "not-found"], nil, ["fault"]),
            (
                ["LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"], 7,
                ["good", "good"]
            ),
            (
                ["LoadState": "loaded", "ActiveState": "active", "UnitFileState": "disabled"], 7,
                ["good", "warning"]
            ),
            (
                ["LoadState": "loaded", "ActiveState": "failed", "UnitFileState": "enabled"], nil,
                ["fault", "good"]
            ),
            (["LoadState": "masked"], nil, ["fault"]),
            (
                ["LoadState": "loaded", "ActiveState": "inactive", "UnitFileState": "enabled"], 7,
                ["good", "good"]
            ),
            (
                ["LoadState": "loaded", "ActiveState": "activating", "UnitFileState": "enabled"],
                nil, ["warning", "good"]
            ),
        ] as [([String: String], Int32?, [String])])
    func theUnit(state: [String: String], server: Int32?, grades: [String]) {
        let findings = Examination.unit(state, server, "service")
        #expect(findings.map(\.grade.rawValue) == grades)
        for finding in findings where [.fault, .warning].contains(finding.grade) {
            #expect(finding.remedy != nil, "\(finding)")
        }
    }

    @Test(
        arguments: [
            (1, 8192, 128, Checkup.Grade.good), (8180, 8192, 128, .good), (8185, 8192, 128, .fault),
            (1, 8192, 8, .warning),
        ])
    func theLimitsOfEvents(folders: Int, limit: Int, instances: Int, grade: Checkup.Grade) {
        let findings = Examination.watches(
            folders: folders, limit: limit, instances: instances, "events")
        #expect(findings.map(\.grade) == [grade])
        if grade != .good { #expect(findings[0].remedy?.contains("sysctl") == true) }
    }

    @Test func isReadByPeople() {
        let checkup = Checkup([
            .init("disk", .fault, "no room", remedy: "make some"), .init("clock", .good, "kept"),
        ])
        let lines = Examination.lines(of: checkup, Ink(isColoured: false))
        #expect(
            lines == [
                "FAULT    disk   no room", "                -> make some", "ok       clock  kept",
                "",
                "Faults: 1. Warnings: 0.",
            ])
    }
}
