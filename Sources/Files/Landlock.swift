// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// The part of the file system that a process leaves to itself, by landlock(7).
///
/// It holds for the thread that enters it and those that this one starts afterwards, so a process
/// enters it while it has only one.
package enum Landlock {
    /// Which version of Landlock the kernel has: 1 or more, or 0 where it has none.
    package static let version = max(0, Int(clinux_landlock_version()))

    /// Leaves to this thread only what lies in these places, and no TCP where the kernel can.
    ///
    /// What is in `reading`, and where links in it lead, can be read, and what is in `system`; in
    /// `filling`, files and directories can be made, written,
    /// moved and removed besides. Links, devices and sockets can be made nowhere, and no program
    /// started. Signals and abstract sockets reach only processes that are as confined. A place that
    /// is not there is passed over. Descriptors that are open stay usable. Does nothing where the
    /// kernel has no Landlock.
    package static func enter(
        reading: [Path], system: [Path] = [], filling: [Path]
    ) throws(FileError) {
        guard version > 0 else { return }
        let label = Path("this process")
        let rules = OwnedDescriptor(
            adopting: try retrying("confine", label) { clinux_landlock_ruleset(Int32(version)) })
        for place in reading + links(in: reading) + system {
            try allow(CLINUX_LANDLOCK_READ, place, rules)
        }
        for place in filling { try allow(CLINUX_LANDLOCK_FILL, place, rules) }
        let number = rules.number
        try retrying("confine", label) { clinux_landlock_enter(number) }
    }

    /// The symbolic links in these directories, some levels down: a folder of models may consist of
    /// links into a cache.
    private static func links(in places: [Path], levels: Int = 3) -> [Path] {
        guard levels > 0 else { return [] }
        var found: [Path] = []
        for place in places {
            for entry in entries(of: place) {
                if entry.kind == .link { found.append(entry.path) }
                guard entry.kind == .link || entry.kind == .directory else { continue }
                found += links(in: [entry.path], levels: levels - 1)
            }
        }
        return found
    }

    /// What lies in a directory; nothing where it cannot be listed.
    private static func entries(of place: Path) -> [(path: Path, kind: FileStatus.Kind)] {
        do throws(FileError) {
            var entries: [(Path, FileStatus.Kind)] = []
            for name in try Directory.names(in: place) {
                let path = place.appending(Path(bytes: name))
                if let kind = try FileStatus(of: path)?.kind { entries.append((path, kind)) }
            }
            return entries
        } catch {
            // A place that is missing, no directory or closed leaves less to the process, never
            // more; whoever needs it meets the reason when it opens it.
            return []
        }
    }

    private static func allow(
        _ rights: UInt64, _ place: Path, _ rules: borrowing OwnedDescriptor
    ) throws(FileError) {
        let place = place.bytes.isEmpty ? Path(".") : place
        let (number, version) = (rules.number, Int32(version))
        let opened: Int32
        do throws(FileError) {
            opened = try retrying("find", place) { unsafe clinux_open_place(place.cString) }
        } catch {
            guard [ENOENT, ENOTDIR, EACCES, ELOOP].contains(error.errno) else { throw error }
            return
        }
        let target = OwnedDescriptor(adopting: opened)
        // A right that only a directory can have is refused for a file.
        let kind = try FileStatus(of: target, place).kind
        let possible = kind == .directory ? rights : rights & CLINUX_LANDLOCK_ON_FILES
        try retrying("leave", place) {
            clinux_landlock_allow(
                number, target.number, possible & clinux_landlock_rights(version))
        }
    }
}
