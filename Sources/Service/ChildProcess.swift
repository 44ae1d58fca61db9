// SPDX-License-Identifier: Apache-2.0

internal import Files
@preconcurrency @unsafe internal import Glibc

/// A child of this process, and the lines that it writes to the descriptor it inherited.
///
/// The child gets standard input from a file or from `/dev/null`, this process's output and error, descriptor 3
/// for its lines, default signal handling, and a process group of its own, so that Ctrl-C in a
/// terminal reaches only the parent, who decides.
package struct ChildProcess: ~Copyable {
    /// The number under which the child finds the descriptor for its lines.
    package static let reportDescriptor: Int32 = 3

    /// How a process ended.
    package enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Its process id.
    package let id: Int32
    /// Becomes readable when the child has ended.
    package var endDescriptor: Int32 { ending.number }
    /// Becomes readable when there are lines.
    ///
    /// −1, which `poll` passes over, when the child has closed its end: that stays readable for ever.
    package var lineDescriptor: Int32 { isSilent ? -1 : reports.number }

    private let ending: OwnedDescriptor
    private let reports: OwnedDescriptor
    private var partial: [UInt8] = []
    private var isReaped = false
    private var isSilent = false

    /// Lines longer than this are cut off: a child never makes its parent grow.
    private static let lineLimit = 4096

    /// Starts the program at a path, with its name and arguments as words; calls `posix_spawn`.
    ///
    /// Its environment is this process's, with these variables (`NAME=value`) in place of its own.
    ///
    /// * `input`: the file that it reads as its standard input.
    package init(
        _ program: String, words: [String], environment: [String] = [],
        input: String = "/dev/null"
    ) throws(ServiceError) {
        let pipe = try serving { () throws(FileError) in try Pipe() }
        let id = try Self.spawn(
            program, words, environment, input: input, reports: pipe.writing.number)
        let ending: OwnedDescriptor
        do throws(FileError) {
            ending = try Waiting.end(ofProcess: id)
        } catch {
            // Nobody would ever notice its end: it must not go on.
            _ = kill(id, SIGKILL)
            _ = waitpid(id, nil, 0)
            throw .system(error)
        }
        self.id = id
        self.ending = ending
        reports = pipe.takeReading()
    }

    deinit {
        guard !isReaped else { return }
        // Reached when the service gives up: the job stays in the spool and nobody works on it.
        _ = kill(id, SIGKILL)
        _ = waitpid(id, nil, 0)
    }

    /// Asks the child to end (`SIGTERM`), or ends it (`SIGKILL`); calls `kill`.
    package func stop(forcefully: Bool) {
        guard !isReaped else { return }
        _ = kill(id, forcefully ? SIGKILL : SIGTERM)
    }

    /// The whole lines that have come; never waits.
    package mutating func lines() throws(ServiceError) -> [String] {
        do throws(FileError) {
            // At most 1 MiB at a time: a child that never stops writing does not keep its parent.
            for _ in 0..<64 {
                let bytes = try reports.read(upTo: 1 << 14, Path("the worker's reports"))
                guard !bytes.isEmpty else {
                    isSilent = true
                    break
                }
                partial += bytes
            }
        } catch {
            guard error.errno == EAGAIN else { throw .system(error) }
        }
        guard let end = partial.lastIndex(of: 0x0A) else {
            if partial.count > Self.lineLimit { partial = Array(partial.prefix(Self.lineLimit)) }
            return []
        }
        let lines = partial[..<end].split(separator: 0x0A)
        partial.removeFirst(end + 1)
        return lines.map { String(decoding: $0.prefix(Self.lineLimit), as: UTF8.self) }
    }

    /// How much processor time the child has used, or nil when it has ended; calls
    /// `clock_getcpuclockid` and `clock_gettime`.
    package var processorTime: Duration? {
        isReaped ? nil : Waiting.processorTime(ofProcess: id)
    }

    /// How the child ended, or nil while it runs; calls `waitpid`.
    package mutating func end() -> End? {
        var status: Int32 = 0
        guard !isReaped, unsafe waitpid(id, &status, WNOHANG) == id else { return nil }
        isReaped = true
        // The macros WIFEXITED and its kin, as wait(2) lays the bits out.
        let signal = status & 0x7F
        return signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
    }

    private static func spawn(
        _ program: String, _ words: [String], _ variables: [String], input: String,
        reports: Int32
    ) throws(ServiceError) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, reports, reportDescriptor)
        var (blocked, restored) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&blocked)
        unsafe sigemptyset(&restored)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] { unsafe sigaddset(&restored, signal) }
        unsafe posix_spawnattr_setsigmask(&attributes, &blocked)
        unsafe posix_spawnattr_setsigdefault(&attributes, &restored)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        let words = unsafe words.map { unsafe strdup($0) }
        defer { unsafe words.forEach { unsafe free($0) } }
        let names = variables.map { $0.prefix { $0 != "=" } + "=" }
        let variables = unsafe variables.map { unsafe strdup($0) }
        defer { unsafe variables.forEach { unsafe free($0) } }
        var inherited: [UnsafeMutablePointer<CChar>?] = unsafe []
        var next = unsafe environ
        while let variable = unsafe next.pointee {
            let isReplaced = names.contains {
                unsafe strncmp(variable, String($0), $0.utf8.count) == 0
            }
            if !isReplaced { unsafe inherited.append(variable) }
            unsafe next += 1
        }
        var id: pid_t = 0
        let result = unsafe posix_spawn(
            &id, program, &actions, &attributes, words + [nil], variables + inherited + [nil])
        guard result == 0 else {
            let reason = FileError(operation: "start", path: program, errno: result).reason
            throw .start(program: program, reason: reason)
        }
        return id
    }
}
