// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("A service that is killed again and again", .serialized)
struct KillLoopTests {
    /// `make kill-test KILLS=2000` sets another number.
    static let kills = ProcessInfo.processInfo.environment["RUSHES_KILLS"].flatMap { Int($0) } ?? 60

    @Test func `finishes every request exactly once and shows nothing in part`() throws {
        try withRoot { root in
            let loop = try KillLoop(in: root)
            try loop.run(kills: Self.kills)
            #expect(loop.violations == [], "\(loop.summary)")
            print(loop.summary)
        }
    }
}
