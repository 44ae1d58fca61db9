// SPDX-License-Identifier: Apache-2.0

internal import Digests
internal import Files

/// Which request this is, however often it is sent: where it lies, what it says, and what the files
/// hold that it names.
///
/// Two halves, because a request is recognised before anybody has looked into its files.
package struct Identity: Hashable, Sendable {
    /// SHA-256 over the path below the inbox and the request's bytes, 64 hexadecimal digits.
    let request: String
    /// SHA-256 over the names and the contents of its files.
    let inputs: String

    init(request: String, inputs: String) {
        self.request = request
        self.inputs = inputs
    }

    /// The identity of a request at a path below the inbox.
    ///
    /// * `digests`: the SHA-256 of each file in the order of `media`, nil where there is no file.
    init(_ path: Path, _ bytes: [UInt8], media: [Medium], digests: [String?]) {
        var inputs = SHA256()
        for (medium, digest) in zip(media, digests) {
            // Names hold no line feed once they are escaped, so that no two lists look the same.
            inputs.update(EscapedWord.encoded(Path(medium.name)))
            inputs.update(Array(" \(digest ?? "none")\n".utf8))
        }
        self.init(request: Self.request(path, bytes), inputs: inputs.finish())
    }

    /// The identity of a request that cannot be read: the same as long as the reason is.
    init(_ path: Path, unreadable reason: UnreadableRequest) {
        self.init(
            request: Self.request(path, Array("\0\(reason.word ?? "")".utf8)),
            inputs: SHA256().finish())
    }

    /// Whether this is the identity of such a request, whatever its files are.
    func isOf(_ path: Path, _ content: Result<[UInt8], UnreadableRequest>) -> Bool {
        switch content {
        case .success(let bytes): request == Self.request(path, bytes)
        case .failure(let reason): self == Identity(path, unreadable: reason)
        }
    }

    /// The first half alone.
    static func request(_ path: Path, _ bytes: [UInt8]) -> String {
        var digest = SHA256()
        digest.update(EscapedWord.encoded(path))
        digest.update([0x0A])
        digest.update(bytes)
        return digest.finish()
    }
}
