// SPDX-License-Identifier: Apache-2.0

import Media
package import Requests

extension Engine {
    /// The comment of a finished video; nil where it has none.
    ///
    /// * `name`: What its sender calls it.
    /// - Throws: a failure for a file that is no video, or damaged.
    package static func comment(of path: String, called name: String) throws(Failure) -> String? {
        do throws(MediaError) {
            return try StoredComment.read(path)
        } catch {
            throw Failure(
                code: "unusable-media", message: "\(error.naming(name)).",
                hint: "Drop a video that Rushes made.")
        }
    }
}
