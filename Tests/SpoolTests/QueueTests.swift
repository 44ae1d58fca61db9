// SPDX-License-Identifier: Apache-2.0

import Files
import Testing

@testable import Spool

/// Whose turn it is.
@Suite struct QueueTests {
    /// A queue of requests given as `path priority`, which arrived one millisecond after another.
    private func queue(_ requests: [(String, Int)]) -> Queue<String> {
        var queue = Queue<String>()
        for (index, (path, priority)) in requests.enumerated() {
            queue.insert(
                .init(path, path: Path(path), priority: priority, arrived: Int64(index)))
        }
        return queue
    }

    private func order(_ queue: Queue<String>, at now: Int64 = 100) -> [String] {
        var (queue, order) = (queue, [String]())
        while let entry = queue.next(at: now) { order.append(entry.item) }
        return order
    }

    @Test func arrivalDecidesAmongEquals() {
        #expect(order(queue([("b", 0), ("a", 0), ("c", 0)])) == ["b", "a", "c"])
    }

    @Test func priorityGoesFirst() {
        #expect(
            order(queue([("low", -1), ("plain", 0), ("high", 3)])) == ["high", "plain", "low"])
    }

    /// A hundred requests of one person do not keep another's waiting.
    @Test func foldersTakeTurns() {
        let requests = [("a/1", 0), ("a/2", 0), ("b/1", 0), ("c/1", 0), ("c/2", 0), ("a/3", 0)]
        #expect(order(queue(requests)) == ["a/1", "b/1", "c/1", "a/2", "c/2", "a/3"])
    }

    @Test func subfoldersBelongToTheirTopmostFolder() {
        let requests = [("a/x/1", 0), ("a/y/2", 0), ("b/1", 0), ("plain", 0)]
        #expect(order(queue(requests)) == ["a/x/1", "b/1", "plain", "a/y/2"])
    }

    @Test func turnsAreTakenWithinAPriority() {
        let requests = [("a/1", 0), ("a/2", 5), ("b/1", 0), ("b/2", 5), ("a/3", 5)]
        #expect(order(queue(requests)) == ["a/2", "b/2", "a/3", "b/1", "a/1"])
    }

    /// Fresh requests of a high priority cannot keep an old one of the lowest waiting for ever.
    @Test func whatWaitsIsRaised() {
        let hours = 5 * 60 * 60 * 1000
        var queue = Queue<String>()
        queue.insert(.init("old", path: Path("old"), priority: -10, arrived: 0))
        queue.insert(.init("new", path: Path("new"), priority: 10, arrived: Int64(hours)))
        #expect(order(queue, at: Int64(hours) - 1).first == "new")
        #expect(order(queue, at: Int64(hours) + 1).first == "old")
    }

    @Test func aClockThatIsSetBackRaisesNothing() {
        var queue = queue([("b", 0), ("a", 1)])
        #expect(queue.next(at: -1_000_000_000)?.item == "a")
    }

    @Test func whatIsRemovedNeverComes() {
        var queue = queue([("a", 0), ("b", 0)])
        queue.remove("a")
        queue.remove("nothing")
        #expect(queue.count == 1 && !queue.contains("a"))
        #expect(order(queue) == ["b"])
    }

    @Test func insertingAgainReplaces() {
        var queue = queue([("a", 0), ("b", 0)])
        queue.insert(.init("b", path: Path("b"), priority: 5, arrived: 7))
        #expect(order(queue) == ["b", "a"])
    }

    @Test func aLookTakesNothingAway() {
        let queue = queue([("a", 0), ("b", 1), ("c", 0)])
        #expect(queue.preview(2) == ["b", "a"])
        #expect(queue.count == 3)
    }
}
