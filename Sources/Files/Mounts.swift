// SPDX-License-Identifier: Apache-2.0

/// What is mounted where, as this process sees it: `/proc/self/mountinfo`, see proc(5).
package struct Mounts: Sendable {
    /// The mount points.
    package let points: [Path]

    /// Reads the list.
    package init() throws(FileError) {
        self.init(try WholeFile.read(Path("/proc/self/mountinfo"), limit: 16 << 20))
    }

    /// Reads the lines of such a file, passing over what is something else.
    package init(_ text: [UInt8]) {
        points = text.split(separator: 0x0A).compactMap { line in
            let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
            guard words.count > 4, words[4].first == 0x2F else { return nil }
            return Path(bytes: Self.plain(words[4]))
        }
    }

    /// The mount point that a path lies on; the path is absolute and without links.
    package func point(of path: Path) -> Path? {
        // A later mount covers an earlier one of the same place.
        points.filter { path.relative(to: $0) != nil }.max {
            $0.components.count < $1.components.count
        }
    }

    /// Spaces, tabs, line feeds and backslashes stand there as `\040` and their like.
    private static func plain(_ word: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = word
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == 0x5C, digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
                bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        // A mount point whose name holds a zero byte cannot be.
        return bytes.filter { $0 != 0 }
    }
}
