// SPDX-License-Identifier: Apache-2.0

internal import Gallery
internal import Spool

/// What is known of the results in the outbox, and of what the gallery's pages say of them.
///
/// Only what sorts and sorts out results stays in memory, a few hundred bytes for each. Their records
/// are read when their folders are new or have changed, and again when a page that shows them is written.
struct GalleryIndex: Sendable {
    /// How many records were read so far.
    private(set) var readings = 0

    private var known: [[UInt8]: Known] = [:]
    /// What each file of the gallery was written from, by its name.
    private var written: [String: Int] = [:]

    private struct Known: Hashable {
        let stamp: Outbox.Stamp
        /// Nil for a folder whose record says nothing.
        let line: Line?
    }

    private struct Line: Hashable {
        let finished: String
        let folder: String
        let mode: String
    }

    /// A result in the order of the pages.
    private struct Place: Hashable {
        let place: [UInt8]
        let known: Known
    }

    /// How an update ended.
    enum End: Sendable {
        /// The pages say what is in the outbox, or the answer was not wanted any more.
        case done
        /// Somebody else's file stands where the gallery's should.
        case foreign(String)
        case failed(SpoolError)
    }

    private static let front = "index.html"
    private static let folder = "gallery"

    /// Looks through the outbox and writes the pages that have changed.
    mutating func update(_ outbox: Outbox, while isWanted: () -> Bool) -> End {
        do throws(SpoolError) {
            // First of all, so that nobody finds pages without the one that leads to them.
            guard try outbox.isFree(Self.front, marker: Page.marker) else {
                return .foreign(Self.front)
            }
            let places = try look(through: outbox, isWanted)
            guard isWanted() else { return .done }
            return try write(places, to: outbox, isWanted)
        } catch {
            return .failed(error)
        }
    }

    /// All results, the oldest first.
    private mutating func look(
        through outbox: Outbox, _ isWanted: () -> Bool
    ) throws(SpoolError) -> [Place] {
        let found = try outbox.results(known: { known[$0]?.stamp }, while: isWanted)
        var present: [[UInt8]: Known] = [:]
        for result in found {
            if let same = known[result.place], same.stamp == result.stamp {
                present[result.place] = same
                continue
            }
            // What was read so far is known the next time.
            guard isWanted() else { return [] }
            let entry = try entry(of: result.place, in: outbox)
            let line = entry.map {
                Line(finished: $0.finished, folder: $0.folder, mode: $0.mode)
            }
            let new = Known(stamp: result.stamp, line: line)
            known[result.place] = new
            present[result.place] = new
        }
        known = present
        return present.filter { $0.value.line != nil }.map { Place(place: $0.key, known: $0.value) }
            .sorted {
                let times = ($0.known.line?.finished ?? "", $1.known.line?.finished ?? "")
                return times.0 == times.1
                    ? $0.place.lexicographicallyPrecedes($1.place) : times.0 < times.1
            }
    }

    private mutating func entry(
        of place: [UInt8], in outbox: Outbox
    ) throws(SpoolError) -> Entry? {
        readings += 1
        guard
            let record = try outbox.content(
                of: "result.json", in: place, limit: Entry.recordLimit)
        else { return nil }
        let request = try outbox.content(
            of: "request.json", in: place, limit: Entry.requestLimit)
        let names: Set<String>
        do throws(SpoolError) { names = try outbox.names(in: place) } catch {
            // It was there a moment ago; its owner may do so.
            return nil
        }
        return Entry(place: place, files: names, record: record, request: request)
    }

    /// The newest first, those that are still there.
    private mutating func entries(
        of places: ArraySlice<Place>, in outbox: Outbox
    ) throws(SpoolError) -> [Entry] {
        var entries: [Entry] = []
        for place in places.reversed() {
            if let entry = try entry(of: place.place, in: outbox) { entries.append(entry) }
        }
        return entries
    }

    private mutating func write(
        _ places: [Place], to outbox: Outbox, _ isWanted: () -> Bool
    ) throws(SpoolError) -> End {
        var overview = Page.Overview()
        overview.results = places.count
        overview.pages = Page.count(of: places.count)
        overview.folders = Self.folders(Set(places.compactMap(\.known.line?.folder)))
        overview.modes = Set(places.compactMap(\.known.line?.mode)).subtracting([""]).sorted()
        let present = try outbox.files(in: Self.folder)
        for number in 0..<overview.pages {
            let range = number * Page.size..<(number + 1) * Page.size
            guard isWanted() else { return .done }
            if let end = try write(
                places[range], number: number + 1, isLast: number + 1 == overview.pages, present,
                to: outbox)
            {
                return end
            }
        }
        let newest = places[(overview.pages * Page.size)...]
        let sign = Self.sign(Array(newest), overview)
        let isMissing = try outbox.isMissing(Self.front)
        if isMissing || written[Self.front] != sign {
            let bytes = Page.index(try entries(of: newest, in: outbox), of: overview)
            guard try outbox.write(bytes, as: Self.front, marker: Page.marker) != .foreign else {
                return .foreign(Self.front)
            }
            written[Self.front] = sign
        }
        try clear(outbox, beyond: overview.pages)
        return .done
    }

    /// Writes an older page where it has changed or is gone; nil where all is well.
    private mutating func write(
        _ places: ArraySlice<Place>, number: Int, isLast: Bool, _ present: Set<String>,
        to outbox: Outbox
    ) throws(SpoolError) -> End? {
        let names = [Page.name(number), Page.scriptName(number)]
        let sign = Self.sign(Array(places), isLast)
        let isThere = names.allSatisfy {
            present.contains(String($0.dropFirst(Self.folder.count + 1)))
        }
        if isThere, names.allSatisfy({ written[$0] == sign }) { return nil }
        let entries = try entries(of: places, in: outbox)
        let pages = [
            Page.older(entries, number: number, isLast: isLast),
            Page.script(entries, number: number),
        ]
        for (name, bytes) in zip(names, pages) {
            guard try outbox.write(bytes, as: name, marker: Page.marker) != .foreign else {
                return .foreign(name)
            }
            written[name] = sign
        }
        return nil
    }

    /// The folders and all around them, below the outbox.
    private static func folders(_ folders: Set<String>) -> [String] {
        var all: Set<String> = []
        for folder in folders {
            let parts = folder.split(separator: "/")
            for count in 0..<parts.count { all.insert(parts[...count].joined(separator: "/")) }
        }
        return all.sorted()
    }

    private static func sign(_ values: any Hashable...) -> Int {
        var hasher = Hasher()
        for value in values { value.hash(into: &hasher) }
        return hasher.finalize()
    }

    /// Takes away pages that are no longer needed.
    private func clear(_ outbox: Outbox, beyond count: Int) throws(SpoolError) {
        let needed = Set((0..<count).flatMap { [Page.name($0 + 1), Page.scriptName($0 + 1)] })
        try outbox.clear(Self.folder, marker: Page.marker) { name in
            name.hasPrefix("page-") && !needed.contains("\(Self.folder)/\(name)")
        }
    }
}
