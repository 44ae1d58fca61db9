// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// Builds `.safetensors` files, right ones and wrong ones.
struct RawSafetensors {
    /// The header as text; the tests spoil it.
    var header: String
    var data: [UInt8]

    /// One float32 tensor `w` of shape (2, 3) with the values 0…5.
    static let sample = RawSafetensors(
        header: #"{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#,
        data: (0..<6).flatMap { withUnsafeBytes(of: Float($0)) { Array($0) } })

    var bytes: [UInt8] {
        let length = UInt64(header.utf8.count)
        return withUnsafeBytes(of: length.littleEndian) { Array($0) } + header.utf8 + data
    }

    func write(to path: String) throws { try writeFile(bytes, to: path) }
}

func writeFile(_ bytes: [UInt8], to path: String) throws {
    let file = fopen(path, "we")
    try #require(file != nil)
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    try #require(fclose(file) == 0 && written == bytes.count)
}
