// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Requests
internal import Service
internal import Spool

/// `rushes doctor`: whether this machine is as the service needs it, each finding with its remedy.
///
/// It looks and changes nothing. What it finds is grouped by who can put it right: the unit and the
/// folders here, the engine in `Examination+Engine`.
package enum Examination {
    typealias Finding = Checkup.Finding

    /// Examines a root folder and the engine; the status is `configuration` when there is a fault.
    package static func examine(
        root: String, engine: EngineSettings, asJSON: Bool
    ) -> ExitStatus {
        let facts = RootFacts(root: root)
        let checkup = Checkup(
            service(root) + folders(facts, root) + mounts(facts, root) + [disk(facts, root)]
                + watches(root) + models(engine) + encoders() + processor() + [containment()]
                + clock(root))
        if asJSON {
            put(checkup.text, STDOUT_FILENO)
        } else {
            put(lines(of: checkup, Ink(on: STDOUT_FILENO)).joined(separator: "\n"), STDOUT_FILENO)
        }
        return checkup.count(.fault) == 0 ? .success : .configuration
    }

    /// A line for each finding, the remedy below it, and the sum.
    static func lines(of checkup: Checkup, _ ink: Ink) -> [String] {
        let width = checkup.findings.map(\.topic.count).max() ?? 0
        var lines: [String] = []
        for finding in checkup.findings {
            let (word, meaning): (String, Ink.Meaning) =
                switch finding.grade {
                case .good: ("ok     ", .good)
                case .note: ("note   ", .quiet)
                case .warning: ("warning", .waiting)
                case .fault: ("FAULT  ", .bad)
                }
            let topic = finding.topic + String(repeating: " ", count: width - finding.topic.count)
            lines.append("\(ink(word, meaning))  \(topic)  \(finding.what)")
            if let remedy = finding.remedy {
                lines.append(String(repeating: " ", count: width + 11) + "-> " + remedy)
            }
        }
        let (faults, warnings) = (checkup.count(.fault), checkup.count(.warning))
        lines.append("")
        lines.append(
            faults + warnings == 0
                ? ink("Everything is as it should be.", .good)
                : "Faults: \(faults). Warnings: \(warnings).")
        return lines
    }

    // MARK: The unit

    private static func service(_ root: String) -> [Finding] {
        let topic = "service"
        let server = Self.server(of: root)
        if root != defaultRoot {
            return [
                server.map { Finding(topic, .good, "process \($0) serves '\(root)'") }
                    ?? Finding(
                        topic, .note, "nobody serves '\(root)' that this user can see",
                        remedy: "rushes serve --root \(root)")
            ]
        }
        guard Machine.hasSystemd else {
            return [
                server.map { Finding(topic, .good, "process \($0) serves '\(root)'") }
                    ?? Finding(
                        topic, .note, "systemd does not run here, and nobody serves '\(root)'",
                        remedy: "rushes serve")
            ]
        }
        let names = ["LoadState", "ActiveState", "UnitFileState", "Result"]
        let words = ["show", "rushes.service"] + names.map { "--property=\($0)" }
        guard let lines = OtherProgram.lines(of: "systemctl", words: words) else {
            return [
                Finding(
                    topic, .warning, "systemctl does not answer",
                    remedy: "look at it with: systemctl status rushes")
            ]
        }
        let state = lines.reduce(into: [String: String]()) { state, line in
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { state[parts[0]] = parts[1] }
        }
        return unit(state, server, topic)
    }

    /// What systemd says of the unit, as findings.
    static func unit(_ state: [String: String], _ server: Int32?, _ topic: String) -> [Finding] {
        guard state["LoadState"] != "masked" else {
            return [
                Finding(
                    topic, .fault, "rushes.service is masked",
                    remedy: "systemctl unmask rushes && systemctl enable --now rushes")
            ]
        }
        guard state["LoadState"] == "loaded" else {
            return [
                Finding(
                    topic, .fault,
                    "systemd has no unit rushes.service (\(state["LoadState"] ?? "unknown"))",
                    remedy: "install the package, or: make install && systemctl daemon-reload")
            ]
        }
        var findings: [Finding] = []
        switch state["ActiveState"] {
        case "active": findings.append(Finding(topic, .good, "rushes.service is active"))
        case "activating", "reloading":
            findings.append(
                Finding(
                    topic, .warning, "rushes.service is starting, or starts again and again",
                    remedy: "journalctl -u rushes -x says why"))
        case _ where server != nil:
            findings.append(
                Finding(topic, .good, "process \(server ?? 0) serves it, not rushes.service"))
        case "failed":
            findings.append(
                Finding(
                    topic, .fault, "rushes.service failed (\(state["Result"] ?? "unknown"))",
                    remedy: "journalctl -u rushes -x says why; then: systemctl restart rushes"))
        default:
            findings.append(
                Finding(
                    topic, .fault, "rushes.service does not run",
                    remedy: "systemctl start rushes"))
        }
        let file = state["UnitFileState"] ?? ""
        if !["enabled", "enabled-runtime", "static", "linked"].contains(file) {
            findings.append(
                Finding(
                    "start", .warning, "rushes.service is not started with the machine",
                    remedy: "systemctl enable rushes"))
        } else {
            findings.append(Finding("start", .good, "it is started with the machine"))
        }
        return findings
    }

    private static func server(of root: String) -> Int32? {
        do throws(SpoolError) {
            return try Premises(root: root).server()
        } catch {
            // There is no root, or its spool is private: then nobody is seen.
            return nil
        }
    }

    /// The root that the unit serves.
    package static let defaultRoot = "/srv/rushes"

    // MARK: This moment

    private static func clock(_ root: String) -> [Finding] {
        if let latest = RootFacts.latestEntry(root: root),
            latest > Timestamp.now().milliseconds + 60_000
        {
            return [
                Finding(
                    "clock", .warning,
                    "the ledger's last entry is of \(Timestamp(milliseconds: latest)), which is to come",
                    remedy: "set the clock: timedatectl set-ntp true")
            ]
        }
        return [
            Machine.clockIsSet
                ? Finding("clock", .good, "a time service keeps it")
                : Finding(
                    "clock", .note, "no time service keeps it, and results bear its time",
                    remedy: "timedatectl set-ntp true")
        ]
    }
}
