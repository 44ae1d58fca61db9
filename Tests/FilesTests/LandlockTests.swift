// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// What is left of the file system; each test is a process of its own, which never comes back.
///
/// Landlock holds for one thread, and a test's body stays on one.
@Suite(.enabled(if: Landlock.version > 0, "this kernel has no Landlock"))
struct LandlockTests {
    /// Runs `body` in a process that may read `models` and `linked`, and fill `job`.
    ///
    /// It is given the folder of these, of `other` and of `cache`, with a file in each; in `linked`,
    /// a link leads to `cache`.
    static func confined(_ body: (String) throws -> Void) throws -> Never {
        try withTemporaryDirectory { root in
            for folder in ["models", "job", "other", "cache", "linked"] {
                mkdir("\(root)/\(folder)", 0o777)
                try WholeFile.write([1, 2, 3], to: Path("\(root)/\(folder)/file"))
            }
            symlink("../cache", "\(root)/linked/model")
            try Landlock.enter(
                reading: [Path("\(root)/models"), Path("\(root)/linked"), Path("\(root)/none")],
                filling: [Path("\(root)/job")])
            try body(root)
        }
        exit(EXIT_SUCCESS)
    }

    static func read(_ path: String) throws -> [UInt8] {
        try WholeFile.read(Path(path), limit: 1 << 20, followingLinks: true)
    }

    /// Ends the process with failure unless the system refuses, with one of these reasons.
    static func refused(_ reasons: [Int32] = [EACCES], _ work: () throws -> Void) {
        do {
            try work()
            report("allowed")
        } catch let error as FileError where reasons.contains(error.errno) {
            return
        } catch {
            report("\(error)")
        }
        exit(EXIT_FAILURE)
    }

    static func report(_ text: String) {
        let line = Array("\(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }

    static func call(_ result: Int32) throws {
        if result < 0 { throw FileError(operation: "call", path: "", errno: errno) }
    }

    @Test func `other files cannot be read`() async {
        await #expect(processExitsWith: .success) {
            try Self.confined { root in
                for path in ["/etc/passwd", "/proc/self/maps", "\(root)/other/file"] {
                    Self.refused { _ = try Self.read(path) }
                }
                Self.refused { _ = try Directory.names(in: Path("\(root)/other")) }
                Self.refused { _ = try Directory.names(in: Path("/")) }
                Self.refused { _ = try Self.read("\(root)/job/../other/file") }
            }
        }
    }

    @Test func `models can be read, and where links in their folder lead`() async {
        await #expect(processExitsWith: .success) {
            try Self.confined { root in
                for folder in ["models", "linked", "linked/model", "cache", "job"] {
                    guard try Self.read("\(root)/\(folder)/file") == [1, 2, 3] else { exit(2) }
                    _ = try Directory.names(in: Path("\(root)/\(folder)"))
                }
            }
        }
    }

    @Test func `models cannot be changed`() async {
        await #expect(processExitsWith: .success) {
            try Self.confined { root in
                for folder in ["models", "linked", "cache", "other"] {
                    let file = Path("\(root)/\(folder)/file")
                    Self.refused { try WholeFile.write([9], to: file) }
                    Self.refused { _ = try OwnedDescriptor(file, .update) }
                    Self.refused { try Directory.remove(file) }
                    Self.refused { try Directory.make(Path("\(root)/\(folder)/new")) }
                    Self.refused([EACCES, EXDEV]) {
                        try Self.call(rename(file.description, "\(root)/job/taken"))
                    }
                    Self.refused([EACCES, EXDEV]) {
                        try Self.call(rename("\(root)/job/file", "\(file).gone"))
                    }
                }
            }
        }
    }

    @Test func `the job's folder can be filled with files and nothing else`() async {
        await #expect(processExitsWith: .success) {
            try Self.confined { root in
                try Directory.make(Path("\(root)/job/out"))
                try WholeFile.write([7], to: Path("\(root)/job/out/film"))
                try Self.call(rename("\(root)/job/file", "\(root)/job/kept"))
                _ = try ScratchFile(in: Path("\(root)/job/out"))
                try Directory.synchronizeTree(Path("\(root)/job"))
                try Directory.removeTree(Path("\(root)/job/out"))
                Self.refused { try Self.call(symlink("/etc/passwd", "\(root)/job/link")) }
                Self.refused { try Self.call(mkfifo("\(root)/job/pipe", 0o600)) }
                Self.refused([EACCES, EXDEV]) {
                    try Self.call(link("\(root)/models/file", "\(root)/job/model"))
                }
            }
        }
    }

    @Test func `descriptors that are open stay usable`() async {
        await #expect(processExitsWith: .success) {
            let passwords = try OwnedDescriptor(Path("/etc/passwd"), .read)
            try Landlock.enter(reading: [], filling: [])
            guard try !passwords.read(upTo: 1, Path("/etc/passwd")).isEmpty else { exit(2) }
            Self.refused { _ = try Self.read("/etc/passwd") }
            exit(EXIT_SUCCESS)
        }
    }

    @Test(.enabled(if: Landlock.version >= 4, "this Landlock does not know TCP"))
    func `no TCP, even without a filter of system calls`() async {
        await #expect(processExitsWith: .success) {
            try Landlock.enter(reading: [], filling: [])
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    Self.refused { try Self.call(bind(socket, address, size)) }
                    Self.refused { try Self.call(connect(socket, address, size)) }
                }
            }
            exit(EXIT_SUCCESS)
        }
    }

    @Test(.enabled(if: Landlock.version >= 6, "this Landlock does not know signals"))
    func `no signal to the outside, even without a filter of system calls`() async {
        await #expect(processExitsWith: .success) {
            try Landlock.enter(reading: [], filling: [])
            Self.refused([EPERM]) { try Self.call(kill(getppid(), 0)) }
            exit(EXIT_SUCCESS)
        }
    }
}
