// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs `body` with the path of a new, empty directory, which is removed on return with all in it.
package func withTemporaryDirectory<Result>(
    _ body: (_ path: String) throws -> Result
) throws -> Result {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/rushes-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TemporaryDirectoryError(errno: errno) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        _ = nftw(
            path, { entry, _, _, _ in entry.map { remove($0) } ?? 0 }, 16, FTW_DEPTH | FTW_PHYS)
    }
    return try body(path)
}

/// The system gave no temporary directory.
package struct TemporaryDirectoryError: Error {
    package let errno: Int32
}
