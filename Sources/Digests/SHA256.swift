// SPDX-License-Identifier: Apache-2.0

import CCrypto
import Glibc

/// A running SHA-256 (FIPS 180-4).
///
/// Wraps `EVP_MD_CTX_new`, `EVP_DigestUpdate`, `EVP_DigestFinal_ex` and `EVP_MD_CTX_free`.
@safe package struct SHA256: ~Copyable {
    private let context: OpaquePointer
    /// Bytes taken in so far.
    package private(set) var count = 0

    /// Starts with no bytes.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { fatalError("libcrypto has no memory or no SHA-256") }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes in more bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let status = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "EVP_DigestUpdate failed")
        count += bytes.count
    }

    /// Takes in more bytes.
    package mutating func update(_ bytes: some Collection<UInt8>) {
        unsafe Array(bytes).withUnsafeBytes { unsafe update($0) }
    }

    /// Takes in the whole content of the file at `path`.
    ///
    /// - Throws: `DigestError` where the file cannot be read.
    package mutating func update(contentOf path: String) throws(DigestError) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DigestError(path: path, errno: errno) }
        defer { close(file) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { unsafe buffer.deallocate() }
        while true {
            let count = unsafe read(file, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw DigestError(path: path, errno: errno) }
            guard count > 0 else { return }
            unsafe update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The digest of everything taken in, 64 lower-case hexadecimal digits.
    package consuming func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let status = unsafe EVP_DigestFinal_ex(context, &digest, nil)
        precondition(status == 1, "EVP_DigestFinal_ex failed")
        return digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }

    /// The size in bytes and the digest of one file.
    ///
    /// - Throws: `DigestError` where the file cannot be read.
    package static func sizeAndDigest(
        ofFile path: String
    ) throws(DigestError) -> (bytes: Int, digest: String) {
        var digest = SHA256()
        try digest.update(contentOf: path)
        return (digest.count, digest.finish())
    }
}

/// A file whose digest was wanted could not be read.
package struct DigestError: Error, Equatable, CustomStringConvertible {
    package let path: String
    /// The reason, an `errno` value.
    package let errno: Int32

    /// An error from its two facts.
    package init(path: String, errno: Int32) {
        self.path = path
        self.errno = errno
    }

    package var description: String {
        "cannot read '\(path)': \(unsafe String(cString: strerror(errno)))"
    }
}
