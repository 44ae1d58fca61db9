// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs `body` with the path of a new, empty directory, which is removed on return with all in it.
///
/// With `inMemory` it stands where synchronising costs nothing, if the machine has such a place.
@discardableResult
package func withTemporaryDirectory<Result>(
    inMemory: Bool = false, _ body: (_ path: String) throws -> Result
) throws -> Result {
    let memory = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : nil
    let base = memory ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/rushes-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TemporaryDirectoryError(errno: errno) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { removeTree(path) }
    return try body(path)
}

/// The system gave no temporary directory.
package struct TemporaryDirectoryError: Error {
    package let errno: Int32
}

/// Removes a folder and all in it; links are removed, not followed.
private func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    if let directory = opendir(path) {
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        closedir(directory)
        for name in names { removeTree("\(path)/\(name)") }
    }
    rmdir(path)
}
