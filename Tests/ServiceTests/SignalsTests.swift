// SPDX-License-Identifier: Apache-2.0

import Glibc
import Service
import Testing

/// Signals as something to wait for, whichever thread the kernel gives them to.
///
/// Each test in a process of its own: signals belong to the whole process.
@Suite struct SignalsTests {
    @Test func `signals are read, though another thread does not block them`() async {
        await #expect(processExitsWith: .success) {
            // As a library may start one before `main` does anything.
            var thread = pthread_t()
            pthread_create(&thread, nil, { _ in while true { pause() } }, nil)
            let signals = try Signals()
            for (number, request) in [
                (SIGTERM, Signals.Request.stop), (SIGINT, .stop), (SIGHUP, .reload),
            ] {
                kill(getpid(), number)
                let ready = try wait(
                    for: [signals.descriptor], until: .now.advanced(by: .seconds(60)))
                try #require(ready == [signals.descriptor])
                let (first, second) = (try signals.next(), try signals.next())
                try #require(first == request && second == nil)
            }
        }
    }

    @Test func `signals that the parent had blocked arrive too`() async {
        await #expect(processExitsWith: .success) {
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGHUP)
            pthread_sigmask(SIG_BLOCK, &set, nil)
            let signals = try Signals()
            pthread_kill(pthread_self(), SIGHUP)
            _ = try wait(for: [signals.descriptor], until: .now.advanced(by: .seconds(60)))
            let request = try signals.next()
            try #require(request == .reload)
        }
    }
}
