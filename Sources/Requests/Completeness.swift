// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension Request {
    /// Whether the bytes are one whole JSON object, right or wrong as a request.
    ///
    /// No proper part of an object's text is an object itself, so a file that is still being
    /// written is never taken for a whole one.
    package static func isComplete(_ bytes: [UInt8]) -> Bool {
        do throws(JSONError) {
            return try JSONNode(parsing: bytes, limits: .request).members != nil
        } catch {
            // Broken or not all there yet: time will tell which.
            return false
        }
    }
}
