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

    /// Alice's hundred have waited for two hours when bob's one arrives.
    @Test func oldOnesOfABusyFolderDoNotGoAheadOfAnother() {
        let now = 8 * Queue<String>.ageing
        var queue = Queue<String>()
        for number in 0..<100 {
            let path = "alice/\(number)"
            queue.insert(.init(path, path: Path(path), priority: 0, arrived: Int64(number)))
        }
        queue.insert(.init("bob/1", path: Path("bob/1"), priority: 0, arrived: now))
        #expect(order(queue, at: now).prefix(3) == ["alice/0", "bob/1", "alice/1"])
    }

    /// Each job takes half an hour, two levels, and bob drops something in between.
    @Test func slowTurnsAreTakenToo() {
        var queue = Queue<String>()
        for number in 0..<20 {
            let path = "alice/\(number)"
            queue.insert(.init(path, path: Path(path), priority: 0, arrived: Int64(number)))
        }
        var order: [String] = []
        for turn in 0..<10 {
            let now = Int64(turn) * 2 * Queue<String>.ageing
            if turn == 4 {
                queue.insert(.init("bob/1", path: Path("bob/1"), priority: 0, arrived: now - 1))
            }
            if let entry = queue.next(at: now) { order.append(entry.item) }
        }
        #expect(order[4...5].contains("bob/1"), "\(order)")
    }

    /// A hundred old ones do not keep an urgent one waiting either.
    @Test func anUrgentOneIsNextButOne() {
        let now = 100 * Queue<String>.ageing
        var queue = Queue<String>()
        for number in 0..<100 {
            let path = "alice/\(number)"
            queue.insert(.init(path, path: Path(path), priority: 0, arrived: Int64(number)))
        }
        queue.insert(.init("urgent", path: Path("alice/urgent"), priority: 5, arrived: now))
        #expect(order(queue, at: now).prefix(2) == ["alice/0", "urgent"])
    }

    /// In the same folder or in another, under requests of the highest priority that never end.
    @Test(arguments: ["alice/low", "bob/low"]) func nothingStarves(low: String) {
        var queue = Queue<String>()
        queue.insert(.init(low, path: Path(low), priority: -10, arrived: 0))
        var turns = 0
        for minute in stride(from: 0, to: 24 * 60, by: 5) {
            let now = Int64(minute) * 60 * 1000
            // One more than can be served.
            for number in 0..<2 {
                let path = "alice/\(minute)-\(number)"
                queue.insert(.init(path, path: Path(path), priority: 10, arrived: now))
            }
            turns += 1
            guard queue.next(at: now)?.item != low else { break }
        }
        #expect(!queue.contains(low))
        // Twenty levels are five hours, and every turn is five minutes.
        #expect((60...62).contains(turns), "\(turns)")
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
