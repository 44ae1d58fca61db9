// SPDX-License-Identifier: Apache-2.0

import Digests
import Foundation
import TestSupport

/// A service that is killed at random instants, again and again, while requests keep coming.
///
/// Every request has a name and a seed of its own. Some are wrong, some name a picture.
final class KillLoop {
    let root: Root
    /// What must never be: a request lost, published twice, or published in part.
    private(set) var violations: [String] = []
    private(set) var kills = (services: 0, workers: 0)
    private(set) var dropped: [String] = []
    /// How often the log said that a request was finished.
    private var finished: [String: Int] = [:]
    private var verified: Set<String> = []
    /// How the last life of the service ended.
    private var lastWords = ""
    private var random: SystemRandomNumberGenerator = SystemRandomNumberGenerator()

    /// Requests that wait in the inbox before each start.
    static let backlog = 6

    init(in root: Root) throws {
        self.root = root
        try root.drop("media/harbour.png", Root.example("harbour.png"))
    }

    var summary: String {
        let failed = root.names(in: "outbox").filter { $0.hasSuffix(".failed") }.count
        return "\(kills.services + kills.workers) kills (\(kills.services) of the service, "
            + "\(kills.workers) of a worker), \(dropped.count) requests, "
            + "\(dropped.count - failed) videos, \(failed) refusals, "
            + "\(violations.count) violations"
    }

    /// Kills until there were `count` kills, then lets the service finish in peace.
    func run(kills count: Int) throws {
        while kills.services + kills.workers < count, violations.count < 20 {
            try dropMore()
            let service = try Program.serve(root, "--jobs", "2")
            while Int.random(in: 0..<3, using: &random) == 0 {
                pause()
                killWorker(of: service)
            }
            pause()
            service.signal(SIGKILL)
            kills.services += 1
            note(service.end().complaints)
            check()
        }
        for _ in 0..<5 {
            let end = try Program.serve(root, "--once", "--jobs", "2").end()
            note(end.complaints)
            lastWords = "status \(end.status): \(end.complaints.suffix(2000))"
            if end.status == 0 { break }
        }
        check()
        checkEnd()
    }

    /// From one millisecond to two seconds, short ones as often as long ones.
    private func pause() {
        usleep(UInt32(1000 * exp(Double.random(in: 0...log(2000), using: &random))))
    }

    /// Kills one of the workers, as soon as there is one.
    private func killWorker(of service: Program) {
        let file = "/proc/\(service.identifier)/task/\(service.identifier)/children"
        for _ in 0..<100 {
            let children = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            let workers = children.split(separator: " ").compactMap { pid_t($0) }
            guard let worker = workers.randomElement(using: &random) else {
                usleep(10_000)
                continue
            }
            // It has hardly begun at this instant.
            usleep(UInt32.random(in: 0..<200_000, using: &random))
            if kill(worker, SIGKILL) == 0 { kills.workers += 1 }
            return
        }
    }

    private func dropMore() throws {
        let waiting = root.names(in: "inbox").count + root.names(in: "spool/jobs").count
        for _ in 0..<max(0, Self.backlog - waiting) {
            let (number, name) = (dropped.count, "film \(dropped.count)")
            let text =
                switch number % 5 {
                case 1: smallRequest(steps: 8, frames: 9, seed: number)
                case 2:
                    pictureRequest("media/harbour.png").replacing(
                        "\"seed\": 1", with: "\"seed\": \(number)")
                case 3:
                    pictureRequest("media/harbour.png", steps: number).replacing(
                        "32x32", with: "40x32")
                default: smallRequest(seed: number)
                }
            try root.drop("\(name).json", number % 15 == 4 ? "{\"number\": \(number)" : text)
            dropped.append(name)
        }
    }

    private func note(_ log: String) {
        for line in log.split(separator: "\n") {
            guard let range = line.range(of: "finished '"),
                let end = line[range.upperBound...].range(of: ".json'")
            else { continue }
            finished[String(line[range.upperBound..<end.lowerBound]), default: 0] += 1
        }
    }

    /// What must hold at every time.
    private func check() {
        for name in root.names(in: "outbox") {
            if name.hasPrefix(".") || name.hasSuffix(".waiting.txt") { continue }
            let request = name.replacing(".failed", with: "")
            if !dropped.contains(request) { violations.append("'\(name)' is a second result") }
            guard verified.insert(name).inserted else { continue }
            if verified.contains(name == request ? "\(name).failed" : request) {
                violations.append("'\(request)' ended twice")
            }
            violations += faults(of: name).map { "'\(name)': \($0)" }
        }
        for (name, count) in finished where count > 1 {
            violations.append("the log finished '\(name)' \(count) times")
        }
    }

    private func checkEnd() {
        for name in dropped {
            let results = ["outbox/\(name)", "outbox/\(name).failed"].filter(root.has)
            if results.count != 1 { violations.append("'\(name)' ended as \(results)") }
        }
        let rest =
            root.names(in: "inbox").filter { $0 != "media" }
            + root.names(in: "spool/jobs")
            + root.names(in: "outbox").filter { $0.hasPrefix(".") || $0.hasSuffix(".txt") }
        if !rest.isEmpty { violations.append("left over: \(rest), \(lastWords)") }
    }

    /// What is missing or wrong in one folder of the outbox.
    private func faults(of name: String) -> [String] {
        let folder = "outbox/\(name)"
        let names = root.names(in: folder)
        guard let bytes = try? root.bytes("\(folder)/result.json"),
            let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
            let files = object["files"] as? [[String: Any]]
        else { return ["no whole result.json among \(names)"] }
        var faults: [String] = []
        if !names.contains("request.json") { faults.append("no request.json") }
        if name.hasSuffix(".failed") {
            if !names.contains("error.txt") { faults.append("no error.txt") }
            let request = (try? root.text("\(folder)/request.json")) ?? ""
            let isThere = names.contains("media")
            if request.contains("harbour") != isThere {
                faults.append("its picture did not come back")
            }
        } else if files.isEmpty {
            faults.append("no files")
        }
        for file in files {
            let path = "\(root.path)/\(folder)/\(file["name"] as? String ?? "?")"
            let found = try? SHA256.sizeAndDigest(ofFile: path)
            if found?.bytes != file["bytes"] as? Int || found?.digest != file["sha256"] as? String {
                faults.append("\(file) is not what lies there")
            }
        }
        return faults
    }
}
