// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder that a test fills and looks at, by the plainest calls and without the module Files.
package struct Folder {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// The path of a name inside.
    package func at(_ name: String) -> String { "\(path)/\(name)" }

    /// The folder of that name inside, made with all that lead to it.
    @discardableResult
    package func make(_ name: String) throws -> Folder {
        var made = path
        for part in name.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o777) == 0 || errno == EEXIST else { throw Refused(path: made) }
        }
        return Folder(made)
    }

    /// Writes a file, replacing or continuing what is there, and makes the folders around it.
    package func write(_ text: String, _ name: String, continuing: Bool = false) throws {
        if let slash = name.lastIndex(of: "/") { try make(String(name[..<slash])) }
        guard let file = fopen(at(name), continuing ? "abe" : "wbe") else {
            throw Refused(path: at(name))
        }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else { throw Refused(path: at(name)) }
    }

    /// Makes a file of this many zero bytes, which take no room on the disk.
    package func makeHole(_ name: String, bytes: Int) throws {
        try write("", name)
        guard truncate(at(name), bytes) == 0 else { throw Refused(path: at(name)) }
    }

    /// The content of a file, or nil when there is none.
    package func text(_ name: String) -> String? {
        guard let file = fopen(at(name), "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Gives something inside another name; replaces like `rename`.
    package func move(_ name: String, to other: String) throws {
        guard rename(at(name), at(other)) == 0 else { throw Refused(path: at(name)) }
    }

    /// Lets two names change places in one step.
    package func exchange(_ name: String, with other: String) throws {
        // renameat2(2) and RENAME_EXCHANGE, which this libc's headers hide.
        typealias Rename =
            @convention(c) (
                Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
            ) -> Int32
        guard let call = dlsym(nil, "renameat2"),
            unsafeBitCast(call, to: Rename.self)(AT_FDCWD, at(name), AT_FDCWD, at(other), 2) == 0
        else { throw Refused(path: at(name)) }
    }

    /// Makes a symbolic link.
    package func link(_ name: String, to target: String) throws {
        guard symlink(target, at(name)) == 0 else { throw Refused(path: at(name)) }
    }

    /// Gives a file inside a second name.
    package func hardLink(_ name: String, to file: String) throws {
        guard Glibc.link(at(file), at(name)) == 0 else { throw Refused(path: at(name)) }
    }

    /// Makes a FIFO.
    package func pipe(_ name: String) throws {
        guard mkfifo(at(name), 0o666) == 0 else { throw Refused(path: at(name)) }
    }

    /// Everything inside, in byte order: folders end in `/`, links in `@`, pipes in `|`.
    package var tree: [String] { entries("").sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    private func entries(_ folder: String) -> [String] {
        guard let stream = opendir(at(folder)) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let path = folder + name
            switch Int32(entry.pointee.d_type) {
            case 4: found += ["\(path)/"] + entries("\(path)/")
            case 10: found.append("\(path)@")
            case 1: found.append("\(path)|")
            default: found.append(path)
            }
        }
        return found
    }

    /// A call that a test needs was refused.
    package struct Refused: Error {
        let path: String
        let reason = errno
    }
}

/// Runs `body` with a new, empty folder, which is removed on return with all in it.
@discardableResult
package func withTemporaryFolder<Result>(_ body: (Folder) throws -> Result) throws -> Result {
    try withTemporaryDirectory { try body(Folder($0)) }
}
