// SPDX-License-Identifier: Apache-2.0

package import Requests

/// Where the files are that a request names.
///
/// A request speaks of names beside it; whoever accepted it says where each of them really is.
package struct MediaFiles: Sendable {
    private let paths: [MediaPath: String]

    /// Takes a path for every file of the request, as ``Requests/Request/media`` lists them.
    package init(_ paths: [MediaPath: String]) {
        self.paths = paths
    }

    /// No files: enough for a request that names none.
    package static let none = MediaFiles([:])

    /// Where a file is; a name that nobody resolved is the caller's bug.
    func path(of name: MediaPath) -> String {
        guard let path = paths[name] else { preconditionFailure("'\(name)' was not resolved") }
        return path
    }
}
