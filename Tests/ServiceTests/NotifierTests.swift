// SPDX-License-Identifier: Apache-2.0

import Glibc
import Service
import TestSupport
import Testing

/// A service manager's end of `NOTIFY_SOCKET`: a datagram socket and what came through it.
struct Manager {
    private let number: Int32

    /// Binds a path, or an abstract name that begins with `@`, and names it in the environment.
    ///
    /// The environment is one for all threads: only for processes that are a single test.
    init(listeningAt name: String) throws {
        number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = name.hasPrefix("@") ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // An abstract name ends with its length, a path with a zero.
        let length = socklen_t(
            MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + bytes.count } ?? 0)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
        }
        try #require(result == 0)
        setenv("NOTIFY_SOCKET", name, 1)
    }

    /// All messages that have come; a message is there when the call that sent it returns.
    func messages() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(number, &buffer, buffer.count, Int32(MSG_DONTWAIT)),
            count >= 0
        {
            messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
        return messages
    }
}

/// What the service manager is told.
///
/// Each test is a process: it changes its environment.
@Suite struct NotifierTests {
    @Test func everyMessageArrivesAtAPath() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryDirectory { directory in
                let manager = try Manager(listeningAt: "\(directory)/notify")
                Notifier.ready()
                Notifier.alive()
                Notifier.stopping()
                #expect(manager.messages() == ["READY=1", "WATCHDOG=1", "STOPPING=1"])
            }
        }
    }

    @Test func everyMessageArrivesAtAnAbstractName() async {
        await #expect(processExitsWith: .success) {
            let manager = try Manager(listeningAt: "@rushes-test-\(getpid())")
            Notifier.ready()
            Notifier.status("idle")
            #expect(manager.messages() == ["READY=1", "STATUS=idle"])
        }
    }

    /// A line break would begin another assignment.
    @Test func aStatusIsOneLine() async {
        await #expect(processExitsWith: .success) {
            let manager = try Manager(listeningAt: "@rushes-test-\(getpid())")
            for text in ["a\nREADY=1", "a\r\nb", "a\rb", "a\u{2028}b", "żółw 🎈 100%s %n", ""] {
                Notifier.status(text)
            }
            #expect(
                manager.messages()
                    == [
                        "STATUS=a READY=1", "STATUS=a b", "STATUS=a b", "STATUS=a b",
                        "STATUS=żółw 🎈 100%s %n", "STATUS=",
                    ])
        }
    }

    @Test func nobodyListens() async {
        await #expect(processExitsWith: .success) {
            for name in ["/nonexistent/socket", "@rushes-nobody-\(getpid())", "relative", "", "/"] {
                setenv("NOTIFY_SOCKET", name, 1)
                Notifier.ready()
                Notifier.status("working")
            }
            unsetenv("NOTIFY_SOCKET")
            Notifier.alive()
            Notifier.stopping()
        }
    }

    @Test func theWatchdogIsForThisProcessOnly() async {
        await #expect(processExitsWith: .success) {
            unsetenv("WATCHDOG_PID")
            unsetenv("WATCHDOG_USEC")
            #expect(Notifier.watchdogInterval == nil)
            setenv("WATCHDOG_USEC", "30000000", 1)
            #expect(Notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(Notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "1", 1)
            #expect(Notifier.watchdogInterval == nil)
            unsetenv("WATCHDOG_PID")
            for text in ["0", "soon", "-1", ""] {
                setenv("WATCHDOG_USEC", text, 1)
                #expect(Notifier.watchdogInterval == nil, "\(text)")
            }
        }
    }
}
