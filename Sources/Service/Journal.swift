// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Files
internal import Glibc

/// Where events are written: the journal with fields, or standard error as plain lines.
package struct Journal: Sendable {
    private let identifier: String
    private let isNative: Bool

    /// A log under the program's name.
    ///
    /// The journal is used when standard error is connected to it, as systemd.exec(5) says to
    /// find out: `JOURNAL_STREAM` names the device and inode of descriptor 2.
    package init(identifier: String) {
        self.identifier = identifier
        isNative = Self.isConnected(environment("JOURNAL_STREAM"))
    }

    /// Writes one event; calls `sd_journal_sendv` or `write`.
    ///
    /// A log that cannot be written is no reason to stop working.
    package func write(_ entry: JournalEntry) {
        if !(isNative && send(entry)) {
            let line = Array("\(identifier): \(entry.line)\n".utf8)
            _ = unsafe line.withUnsafeBytes {
                unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
        }
    }

    private func send(_ entry: JournalEntry) -> Bool {
        let lines = entry.assignments(identifier: identifier).map { Array($0.utf8) }
        // One block for all lines, so that every vector points into memory that stays put.
        var block = lines.flatMap { $0 }
        let lengths = lines.map(\.count)
        return unsafe block.withUnsafeMutableBytes { bytes in
            var vectors: [iovec] = unsafe []
            var start = 0
            for length in lengths {
                let base = unsafe bytes.baseAddress?.advanced(by: start)
                unsafe vectors.append(iovec(iov_base: base, iov_len: length))
                start += length
            }
            return unsafe sd_journal_sendv(vectors, Int32(vectors.count)) == 0
        }
    }

    private static func isConnected(_ stream: String?) -> Bool {
        guard let stream else { return false }
        return stream == FileStatus.identity(ofDescriptor: STDERR_FILENO)
    }
}

/// A variable of the environment; calls `getenv`.
func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}
