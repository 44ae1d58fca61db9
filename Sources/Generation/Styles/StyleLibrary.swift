// SPDX-License-Identifier: Apache-2.0

import Digests
import Files
import Glibc
package import Requests

/// A folder of styles, each an adapter over the weights of a model.
///
///     ink/1.safetensors  ink/2.safetensors   the versions of a trained style; `ink` is the newest
///     paper.safetensors                      somebody's own file: the style `paper`, version 1
///
/// Several processes may use it: a version is there whole or not at all, and never replaced.
package struct StyleLibrary: Sendable {
    /// The folder's path, which need not exist.
    package let folder: String

    private var path: Path { Path(folder) }

    /// Describes a library; nothing is read yet.
    package init(folder: String) {
        self.folder = folder
    }

    /// One version of a style.
    package struct Entry: Equatable, Sendable {
        /// With its version.
        package let name: StyleName
        /// The path of the file.
        package let path: String
        /// Its version again.
        package var version: Int { name.version ?? 1 }
    }

    private static let suffix = ".safetensors"
    /// Bytes of the largest file that is installed: 16 GiB.
    private static let limit = Int64(16) << 30
    /// Nanoseconds after which what an interrupted installation left is nobody's any more: an hour.
    private static let staleness = Int64(3_600_000_000_000)

    // MARK: What is there

    /// All versions of all styles, by name and then by version; none where there is no folder.
    package func entries() throws(StyleError) -> [Entry] {
        var all: [Entry] = []
        for name in try names() { all += try versions(of: name) }
        return all
    }

    /// The names of all styles, sorted.
    package func names() throws(StyleError) -> [String] {
        let stems = try listing(path).map { $0.hasSuffix(Self.suffix) ? Self.stem($0) : $0 }
        var names: [String] = []
        for stem in Set(stems).sorted() where StyleName(stem)?.version == nil {
            if StyleName(stem) != nil, try !versions(of: stem).isEmpty { names.append(stem) }
        }
        return names
    }

    /// Files that nobody can call, a sentence each.
    package func troubles() throws(StyleError) -> [String] {
        var troubles: [String] = []
        for name in try listing(path) where name.hasSuffix(Self.suffix) && !name.hasPrefix(".") {
            let stem = Self.stem(name)
            if StyleName(stem)?.version != nil || StyleName(stem) == nil {
                troubles.append(
                    "'\(Path(name))' has a name that no request can write; give it one of letters, "
                        + "digits, dots, - and _, such as 'ink.safetensors'.")
            } else if try numbers(of: stem).first == 1, try isThere(path.appending(name)) {
                troubles.append(
                    "'\(name)' is not used, because '\(stem)/1\(Self.suffix)' has its name; give "
                        + "it another one.")
            }
        }
        return troubles
    }

    /// The versions of one style, oldest first; none where there is no such style.
    package func versions(of name: String) throws(StyleError) -> [Entry] {
        guard let style = StyleName(name), style.version == nil else { return [] }
        let folder = path.appending(name)
        var entries = try numbers(of: name).map { number in
            Entry(
                name: style.at(version: number),
                path: folder.appending("\(number)\(Self.suffix)").text)
        }
        let plain = path.appending(name + Self.suffix)
        if entries.first?.version != 1, try isThere(plain) {
            entries.insert(Entry(name: style.at(version: 1), path: plain.text), at: 0)
        }
        return entries
    }

    /// The file that is meant by a name.
    ///
    /// - Throws: `StyleError.unknown`, `.noVersion` and `.unreadable`.
    package func find(_ name: StyleName) throws(StyleError) -> Entry {
        let versions = try versions(of: name.name)
        guard let newest = versions.last else {
            throw .unknown(name, installed: try names(), folder: folder)
        }
        guard let version = name.version else { return newest }
        guard let entry = versions.first(where: { $0.version == version }) else {
            throw .noVersion(name, versions: versions.map(\.name))
        }
        return entry
    }

    /// The numbers of the files in a style's folder, sorted.
    private func numbers(of name: String) throws(StyleError) -> [Int] {
        try listing(path.appending(name)).compactMap { file in
            guard file.hasSuffix(Self.suffix) else { return nil }
            let stem = Self.stem(file)
            return Int(stem).flatMap { number in
                String(number) == stem && Limits.styleVersion.contains(number) ? number : nil
            }
        }.sorted()
    }

    private static func stem(_ name: String) -> String { String(name.dropLast(suffix.count)) }

    /// Whether a file, or a link that may lead to one, is there.
    private func isThere(_ file: Path) throws(StyleError) -> Bool {
        do throws(FileError) {
            return try [.file, .link].contains(FileStatus(of: file)?.kind)
        } catch {
            throw .unreadable(error)
        }
    }

    /// The names in a folder; none where there is no such folder.
    private func listing(_ folder: Path) throws(StyleError) -> [String] {
        do throws(FileError) {
            // A name that is not UTF-8 cannot be written in a request.
            return try Directory.names(in: folder).map { String(decoding: $0, as: UTF8.self) }
        } catch {
            guard [ENOENT, ENOTDIR].contains(error.errno) else { throw .unreadable(error) }
            return []
        }
    }

    // MARK: What changes

    /// Adds a copy of a file as the newest version of a style, durably, and answers the version.
    ///
    /// The same bytes again are the version that is there: whoever was interrupted begins again.
    ///
    /// * `name`: Without a version.
    /// - Throws: `StyleError.notInstalled` and `.unreadable`.
    package func install(_ file: String, as name: StyleName) throws(StyleError) -> Int {
        let source = Path(file)
        let (bytes, digest): (Int, String)
        do throws(DigestError) { (bytes, digest) = try SHA256.sizeAndDigest(ofFile: file) } catch {
            throw .unreadable(FileError(operation: "read", path: file, errno: error.errno))
        }
        let versions = try versions(of: name.name)
        for same in versions.reversed() where try Self.holds(same, bytes: bytes, digest) {
            do throws(FileError) {
                // Who brought it may have been interrupted before its name was durable.
                try Directory.synchronize(Path(same.path).parent)
                try Directory.synchronize(path)
                return same.version
            } catch {
                throw .notInstalled(name, error)
            }
        }
        do throws(FileError) {
            return try add(source, as: name, after: versions.last?.version ?? 0, digest)
        } catch {
            throw .notInstalled(name, error)
        }
    }

    /// Whether an installed file holds these bytes; one that cannot be read does not.
    private static func holds(
        _ entry: Entry, bytes: Int, _ digest: String
    ) throws(StyleError) -> Bool {
        do throws(FileError) {
            guard try FileStatus(of: Path(entry.path))?.bytes == Int64(bytes) else { return false }
        } catch {
            throw .unreadable(error)
        }
        do throws(DigestError) {
            return try SHA256.sizeAndDigest(ofFile: entry.path).digest == digest
        } catch {
            throw .unreadable(FileError(operation: "read", path: entry.path, errno: error.errno))
        }
    }

    private func add(
        _ source: Path, as name: StyleName, after newest: Int, _ digest: String
    ) throws(FileError) -> Int {
        let folder = path.appending(name.name)
        try Directory.ensure(folder)
        // A link would lead whoever follows it out of the library.
        guard try FileStatus(of: folder)?.kind == .directory else {
            throw FileError(operation: "install into", path: folder.description, errno: ENOTDIR)
        }
        try sweep(folder)
        // One name for one content: nobody else writes it but who installs the same.
        let copy = folder.appending(".\(digest).new")
        try Directory.removeTree(copy)
        do throws(FileError) {
            let file = try OwnedDescriptor(source, .readWithoutLink)
            try FileCopy.copy(file, source, to: copy, limit: Self.limit)
            return try place(copy, in: folder, from: newest + 1)
        } catch {
            // The first failure is the one to report; what is left is swept away later.
            do throws(FileError) { try Directory.removeTree(copy) } catch {}
            throw error
        }
    }

    /// Gives a complete file the first free number.
    private func place(
        _ copy: Path, in folder: Path, from first: Int
    ) throws(FileError) -> Int {
        var number = first
        while true {
            let target = folder.appending("\(number)\(Self.suffix)")
            guard Limits.styleVersion.contains(number) else {
                throw FileError(operation: "install", path: target.description, errno: ENOSPC)
            }
            do throws(FileError) {
                try Renaming.move(copy, to: target)
                return number
            } catch {
                guard error.errno == EEXIST else { throw error }
                number += 1
            }
        }
    }

    /// Removes what interrupted installations have left.
    private func sweep(_ folder: Path) throws(FileError) {
        for name in try Directory.names(in: folder).map(Path.init(bytes:))
        where name.text.hasPrefix(".") && name.text.hasSuffix(".new") {
            let left = folder.appending(name)
            guard let status = try FileStatus(of: left) else { continue }
            let age = WallClock.milliseconds * 1_000_000 - status.changed
            if age > Self.staleness { try Directory.removeTree(left) }
        }
    }

    /// Removes one version of a style, or all, durably; answers what was removed.
    ///
    /// - Throws: `StyleError` as `find` does, and `.notRemoved`.
    package func remove(_ name: StyleName) throws(StyleError) -> [StyleName] {
        let named = try find(name)
        let doomed = name.version == nil ? try versions(of: name.name) : [named]
        do throws(FileError) {
            for entry in doomed {
                try Directory.remove(Path(entry.path))
                try Directory.synchronize(Path(entry.path).parent)
            }
        } catch {
            throw .notRemoved(name, error)
        }
        removeIfEmpty(path.appending(name.name))
        return doomed.map(\.name)
    }

    private func removeIfEmpty(_ folder: Path) {
        do throws(FileError) {
            try Directory.removeEmpty(folder)
            try Directory.synchronize(path)
        } catch {
            // Something is in it, or it is not there: no style either way.
        }
    }
}
