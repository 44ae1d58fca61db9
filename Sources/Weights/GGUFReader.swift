// SPDX-License-Identifier: Apache-2.0

/// Reads the header of a GGUF file from its start, never beyond its end.
@safe struct GGUFReader {
    private let bytes: UnsafeRawBufferPointer
    /// Of the file, in bytes.
    let size: Int
    let path: String
    private(set) var position: Int

    init(bytes: UnsafeRawBufferPointer, path: String, position: Int) {
        unsafe self.bytes = bytes
        size = bytes.count
        self.path = path
        self.position = position
    }

    /// Passes over so many bytes.
    ///
    /// - Throws: `WeightsError.malformed` where the file does not have them.
    mutating func skip(_ count: UInt64) throws(WeightsError) {
        guard count <= UInt64(size - position) else {
            throw .malformed(
                path: path,
                reason:
                    "its header is cut short: \(count) bytes are wanted at \(position), the file"
                    + " has \(size)")
        }
        position += Int(count)
    }

    /// The next number.
    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type
    ) throws(WeightsError) -> Number {
        let start = position
        try skip(UInt64(MemoryLayout<Number>.size))
        return Number(
            littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: Number.self))
    }

    /// A number of things that take at least so many bytes each, of which the file has room for all.
    mutating func count(ofAtLeast least: Int, what: String) throws(WeightsError) -> Int {
        let count = try number(UInt64.self)
        guard count <= UInt64((size - position) / least) else {
            throw .malformed(
                path: path,
                reason: "its header claims \(count) \(what); the file has \(size)"
                    + " bytes")
        }
        return Int(count)
    }

    /// The next text, a length and bytes, which are cleaned where they are not UTF-8.
    mutating func text() throws(WeightsError) -> String {
        let length = try number(UInt64.self)
        let start = position
        try skip(length)
        return unsafe String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
