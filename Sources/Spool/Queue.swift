// SPDX-License-Identifier: Apache-2.0

package import Files

/// The order in which requests and jobs get their turn.
///
/// Priority first; among equals, the top-level folders of the inbox take turns, so that nobody's
/// hundred requests keep another's one waiting; within a folder the earliest arrival. What waits is
/// raised by one level of priority every ``ageing``, so that everything gets its turn; a request of the
/// same folder and priority that gets one begins the count anew for those behind it, so that a hundred
/// old ones are not a hundred times ahead. Pure: the time is passed in.
package struct Queue<Item: Hashable & Sendable>: Sendable {
    /// Something that waits.
    package struct Entry: Sendable {
        package let item: Item
        /// The top-level folder of the inbox that it came from; empty for the inbox itself.
        let folder: [UInt8]
        package let priority: Int
        /// When it arrived, in milliseconds since 1970.
        package let arrived: Int64
        fileprivate var number = 0

        /// An entry for an item whose request lies at a path below the inbox.
        package init(_ item: Item, path: Path, priority: Int, arrived: Int64) {
            self.item = item
            let components = path.components
            folder = components.count > 1 ? components[0] : []
            self.priority = priority
            self.arrived = arrived
        }

        /// An entry for an item of which nothing can be found out now.
        package static func unknown(_ item: Item) -> Entry {
            Entry(item, path: Path(""), priority: 0, arrived: WallClock.milliseconds)
        }
    }

    /// How long something waits to be raised by one level: 15 minutes, in milliseconds.
    package static var ageing: Int64 { 15 * 60 * 1000 }

    /// What has the same order for ever: within a folder and a priority, the earliest first.
    private struct Lane: Hashable {
        let folder: [UInt8]
        let priority: Int
    }

    private var entries: [Item: Entry] = [:]
    /// Every entry in the order of its lane, and some that were taken out since.
    private var lanes: [Lane: ArraySlice<Entry>] = [:]
    private var inserted = 0
    /// The turn in which a folder was served last.
    private var served: [[UInt8]: Int] = [:]
    private var turn = 0
    /// When a lane was served last, in milliseconds since 1970.
    private var lastTurns: [Lane: Int64] = [:]

    /// A queue in which nothing waits.
    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }

    package func contains(_ item: Item) -> Bool { entries[item] != nil }

    /// What waits, in no order.
    package var items: some Sequence<Item> { entries.keys }

    /// Adds an entry; one with the same item is replaced.
    package mutating func insert(_ entry: Entry) {
        var entry = entry
        inserted += 1
        entry.number = inserted
        entries[entry.item] = entry
        let lane = lane(of: entry)
        // Nearly always the end: what comes later arrived later.
        let before = lanes[lane]?.lastIndex { isEarlier($0, entry) }
        let place = before.map { $0 + 1 } ?? lanes[lane]?.startIndex ?? 0
        lanes[lane, default: []].insert(entry, at: place)
    }

    /// Takes an item out, wherever it stands.
    package mutating func remove(_ item: Item) { entries[item] = nil }

    /// Takes out what is to be begun now, at a time in milliseconds since 1970.
    package mutating func next(at now: Int64) -> Entry? {
        var best: Entry?
        for lane in Array(lanes.keys) {
            while let head = lanes[lane]?.first, entries[head.item]?.number != head.number {
                lanes[lane]?.removeFirst()
            }
            guard let head = lanes[lane]?.first else {
                lanes[lane] = nil
                continue
            }
            if best.map({ precedes(head, $0, at: now) }) ?? true { best = head }
        }
        guard let best else { return nil }
        entries[best.item] = nil
        turn += 1
        served[best.folder] = turn
        lastTurns[lane(of: best)] = now
        return best
    }

    /// Takes out what is to be begun now.
    package mutating func next() -> Entry? { next(at: WallClock.milliseconds) }

    /// The first items in the order of this moment, for a person who asks.
    package func preview(_ count: Int) -> [Item] {
        var copy = self
        var items: [Item] = []
        while items.count < count, let entry = copy.next() { items.append(entry.item) }
        return items
    }

    private func precedes(_ left: Entry, _ right: Entry, at now: Int64) -> Bool {
        let levels = (level(left, now), level(right, now))
        guard levels.0 == levels.1 else { return levels.0 > levels.1 }
        let turns = (served[left.folder] ?? 0, served[right.folder] ?? 0)
        guard turns.0 == turns.1 else { return turns.0 < turns.1 }
        return isEarlier(left, right)
    }

    private func isEarlier(_ left: Entry, _ right: Entry) -> Bool {
        (left.arrived, left.number) < (right.arrived, right.number)
    }

    private func level(_ entry: Entry, _ now: Int64) -> Int {
        let since = max(entry.arrived, lastTurns[lane(of: entry)] ?? entry.arrived)
        return entry.priority + Int(max(0, now - since) / Self.ageing)
    }

    private func lane(of entry: Entry) -> Lane {
        Lane(folder: entry.folder, priority: entry.priority)
    }
}
