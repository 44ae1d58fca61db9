// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
package import JSON

/// A JSON file that belongs to a model: a configuration or an index.
package enum JSONFile {
    /// Reads and parses `path`, following links, as the folders of a model hub's cache need it.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    package static func read(_ path: String) throws(WeightsError) -> JSONNode {
        guard let node = try readIfPresent(path) else {
            throw .unreadable(path: path, reason: "there is no such file")
        }
        return node
    }

    /// Reads and parses `path`, or is nil where no such file is.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    package static func readIfPresent(_ path: String) throws(WeightsError) -> JSONNode? {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch {
            guard error.errno == ENOENT else {
                throw .unreadable(path: path, reason: error.reason)
            }
            return nil
        }
        do {
            return try JSONNode(parsing: unsafe Array(file.bytes), limits: .configuration)
        } catch {
            throw .malformed(path: path, reason: "\(error)")
        }
    }
}
