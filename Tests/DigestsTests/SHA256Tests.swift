// SPDX-License-Identifier: Apache-2.0

import Digests
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    // The examples of FIPS 180-4.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `known digests`(text: String, expected: String) {
        var digest = SHA256()
        Array(text.utf8).withUnsafeBytes { digest.update($0) }
        #expect(digest.finish() == expected)
    }

    @Test func `a file that is not there`() {
        #expect(throws: DigestError(path: "/nowhere/at all", errno: 2)) {
            _ = try SHA256.sizeAndDigest(ofFile: "/nowhere/at all")
        }
    }
}
