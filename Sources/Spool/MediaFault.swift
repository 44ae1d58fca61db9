// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// Why a file that a request names cannot be taken.
package enum MediaFault: Error, Equatable, Sendable {
    /// Nothing has that name: `part` is the first part of the path that is missing, `siblings`
    /// what stands in its place, at most ``siblingLimit`` names.
    case missing(part: String, siblings: [String])
    /// A link that leads out of the inbox.
    case outside
    /// A link that cannot be followed: in circles, over more than 40 others, or any at all where
    /// the system cannot tell which lead out.
    case link
    /// A hard link to a file of another user than the request's.
    case hardLink
    /// A folder.
    case folder
    /// A pipe, a socket or a device.
    case special
    /// The service may not read it.
    case forbidden
    /// Larger than ``MediaSource/fileLimit``.
    case tooLarge
    /// With the files before it, larger than ``MediaSource/totalLimit``.
    case tooMuch
    /// It changed while it was copied, and would not settle.
    case changing
    /// The system cannot read it, in the system's words.
    case unreadable(String)

    /// The most names that are remembered beside a missing one.
    package static let siblingLimit = 1000

    /// The fault behind a refused call, or nil when the file is not to blame but this machine.
    ///
    /// A missing file has no siblings yet.
    init?(_ error: FileError, of name: Path) {
        switch error.errno {
        case ENOSPC, EDQUOT, EROFS, EMFILE, ENFILE, ENOMEM: return nil
        case ENOENT, ENOTDIR, ENAMETOOLONG:
            self = .missing(part: name.description, siblings: [])
        case EXDEV: self = .outside
        case ELOOP: self = .link
        case EMLINK: self = .hardLink
        case ENXIO, EINVAL: self = .special
        case EISDIR: self = .folder
        case EACCES, EPERM: self = .forbidden
        case EFBIG: self = .tooLarge
        default: self = .unreadable(error.reason)
        }
    }

    /// Whether waiting may help.
    var mayPass: Bool {
        switch self {
        case .missing, .forbidden, .changing, .unreadable, .hardLink: true
        case .outside, .link, .folder, .special, .tooLarge, .tooMuch: false
        }
    }
}
