// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The built program, run as a person or systemd would run it.
///
/// Spawned directly: Foundation's `Process` waits on a run loop, which test threads do not have.
final class Program {
    /// It is built beside the test runner.
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("rushes").path

    let identifier: pid_t
    private let output: String
    private var hasEnded = false

    /// Starts `rushes` with these words, in `directory` if given.
    convenience init(_ words: [String], in directory: String? = nil) throws {
        // posix_spawn(3) cannot change the directory in this libc's headers; env(1) can.
        if let directory {
            try self.init(running: "/usr/bin/env", ["-C", directory, Program.path] + words)
        } else {
            try self.init(running: Program.path, words)
        }
    }

    /// Starts any program.
    init(running program: String, _ words: [String]) throws {
        output = "/tmp/rushes-output-\(UUID().uuidString)"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, suffix) in [(1, ".out"), (2, ".err")] {
            posix_spawn_file_actions_addopen(
                &actions, Int32(descriptor), output + suffix, O_WRONLY | O_CREAT, 0o600)
        }
        var arguments = ([program] + words).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        // A shell and systemd block no signals; the threads of the test runner do.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var identifier: pid_t = 0
        let status = posix_spawn(
            &identifier, program, &actions, &attributes, &arguments, environ)
        try #require(status == 0, "cannot start \(program): error \(status)")
        self.identifier = identifier
    }

    deinit {
        if !hasEnded { kill() }
        unlink(output + ".out")
        unlink(output + ".err")
    }

    /// Waits for the end; the status is 1000 more than a signal that ended it.
    func end() -> (status: Int32, output: String, complaints: String) {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        hasEnded = true
        let signal = status & 0x7f
        return (signal == 0 ? (status >> 8) & 0xff : 1000 + signal, text(".out"), text(".err"))
    }

    /// Sends a signal and does not wait.
    func signal(_ number: Int32) { Foundation.kill(identifier, number) }

    /// SIGKILL, and waits for the end.
    func kill() {
        signal(SIGKILL)
        _ = end()
    }

    private func text(_ suffix: String) -> String {
        FileManager.default.contents(atPath: output + suffix)
            .map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Starts the service over an inbox that stays as bare as the test made it, unless `--furnished` is
    /// among the words; with `--once` it waits for missing files no longer than two seconds.
    static func serve(_ root: Root, _ words: String...) throws -> Program {
        let isShort = words.contains("--once") && !words.contains("--media-wait")
        return try Program(
            ["serve", "--root", root.path, "--models", Root.models]
                + (words.contains("--furnished") ? [] : ["--bare"])
                + (isShort ? ["--media-wait", "2"] : []) + words.filter { $0 != "--furnished" })
    }
}

/// A root folder with inbox, outbox and spool.
struct Root {
    static let models = "\(Golden.folder)/checkpoints"
    let path: String

    /// Drops a request as a sync tool does: under a hidden name first.
    func drop(_ name: String, _ text: String) throws {
        try drop(name, Array(text.utf8))
    }

    func drop(_ name: String, _ bytes: [UInt8]) throws {
        let target = URL(fileURLWithPath: "\(path)/inbox/\(name)")
        let folder = target.deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true)
        let hidden = folder.appendingPathComponent(".\(target.lastPathComponent).part")
        try Data(bytes).write(to: hidden)
        try FileManager.default.moveItem(at: hidden, to: target)
    }

    /// What stands in a folder of the root, sorted; nothing where there is no such folder.
    ///
    /// Of the outbox, its results: the gallery that describes them comes a little later than they do.
    func names(in folder: String) -> [String] {
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []
        return names.filter { folder != "outbox" || $0 != "index.html" }.sorted()
    }

    func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
    }

    func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")))
    }

    func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }

    /// Looks again and again until `condition` holds; false when it does not within a minute.
    func waits(for condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while !condition() {
            if ContinuousClock.now > deadline { return false }
            usleep(500)
        }
        return true
    }
}

func withRoot(_ body: (Root) throws -> Void) throws {
    try withTemporaryDirectory { try body(Root(path: $0)) }
}

/// A request to the smallest golden model.
func smallRequest(steps: Int = 1, frames: Int = 5, seed: Int = 1) -> String {
    """
    {"mode": "text-to-video", "prompt": "a ball", "model": "narrow", "size": "32x32", \
    "frames": \(frames), "steps": \(steps), "seed": \(seed)}
    """
}
