// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Daemon

/// The judgement alone: instants and processor times are given.
@Suite("The heartbeat of a worker")
struct HeartbeatTests {
    private let begin = SuspendingClock.now
    private func after(_ seconds: Double) -> SuspendingClock.Instant {
        begin.advanced(by: .seconds(seconds))
    }

    /// A heart that may stand still for 100 s, looked at every 25 s with these processor times.
    private func heart(_ seconds: [Double?]) -> Heartbeat {
        var heart = Heartbeat(limit: .seconds(100), at: begin)
        for (index, time) in seconds.enumerated() {
            heart.look(
                processorTime: time.map { .seconds($0) }, at: after(25 * Double(index + 1)))
        }
        return heart
    }

    @Test func `beats while the worker computes, however long it says nothing`() {
        #expect(!heart((1...400).map(Double.init)).hasStopped)
        #expect(!heart((1...400).map { Double($0) * 0.25 }).hasStopped)
    }

    /// A timer of a library beats once a second, whatever the main thread waits for.
    @Test func `is not kept alive by crumbs of processor time`() {
        #expect(heart((1...5).map { Double($0) * 1e-3 }).hasStopped)
        #expect(heart([7] + (1...4).map { 7 + Double($0) * 0.24 }).hasStopped)
    }

    @Test func `stands still when the worker neither computes nor speaks`() {
        #expect(!heart([7, 7, 7, 7]).hasStopped)
        #expect(heart([7, 7, 7, 7, 7]).hasStopped)
        #expect(heart([7, 7, 7, 7, 7]).standstill == .seconds(100))
        #expect(heart([nil, nil, nil, nil]).hasStopped)
    }

    @Test func `begins again with a hundredth of processor time and with every word`() {
        #expect(heart([7, 7, 7, 7, 7.25]).standstill == .zero)
        var heart = heart([7, 7, 7, 7])
        heart.hear()
        #expect(heart.standstill == .zero)
        heart.look(processorTime: .seconds(7), at: after(125))
        #expect(heart.standstill == .seconds(25))
    }

    @Test func `is beyond help when the worker is still there long after its end was ordered`() {
        #expect(!heart([7, 7, 7, 7, 7, 7]).isBeyondHelp)
        #expect(heart([7, 7, 7, 7, 7, 7, 7]).isBeyondHelp)
    }

    @Test func `does not blame the worker for time in which nobody looked`() {
        var heart = heart([7])
        heart.look(processorTime: .seconds(7), at: after(100_000))
        #expect(!heart.hasStopped)
    }

    @Test func `is looked at four times within its limit`() {
        var heart = Heartbeat(limit: .seconds(100), at: begin)
        #expect(heart.nextLook == after(25))
        heart.look(processorTime: nil, at: after(26))
        #expect(heart.nextLook == after(51))
    }
}
