// SPDX-License-Identifier: Apache-2.0

import JSON

/// The header of a `.safetensors` file.
///
/// Layout: eight bytes with the length of the header (little endian), a JSON header that gives each
/// tensor its type, shape and byte range, then the data. Format: the README of
/// huggingface/safetensors, v0.4. Everything is validated before a tensor is touched: the ranges
/// must fit shape and type, must not overlap and must cover the data without holes.
enum Safetensors {
    /// The longest header that is read, in bytes; the format's own reader has the same limit.
    static let longestHeader = 100_000_000

    /// Reads and checks the header.
    ///
    /// - Throws: `WeightsError.malformed`.
    static func header(
        of bytes: UnsafeRawBufferPointer, path: String
    ) throws(WeightsError) -> TensorFile.Header {
        guard bytes.count >= 8 else {
            throw .malformed(path: path, reason: "\(bytes.count) bytes are too few")
        }
        let length = unsafe UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(min(longestHeader, bytes.count - 8)) else {
            throw .malformed(
                path: path,
                reason: "its header claims \(length) bytes; the file has \(bytes.count)")
        }
        let dataStart = 8 + Int(length)
        let header: JSONNode
        do {
            header = try JSONNode(
                parsing: unsafe Array(bytes[8..<dataStart]), limits: .configuration)
        } catch {
            throw .malformed(path: path, reason: "its header is not JSON: \(error)")
        }
        guard let members = header.members else {
            throw .malformed(path: path, reason: "its header is not a JSON object")
        }
        var found = TensorFile.Header()
        for member in members {
            if member.key == "__metadata__" {
                // The format allows nothing but texts there; what else old writers put is passed over.
                for text in member.value.members ?? [] {
                    found.metadata[text.key] = text.value.string
                }
                continue
            }
            guard let entry = entry(member.value, dataStart: dataStart) else {
                throw .malformed(path: path, reason: "the header entry '\(member.key)' is wrong")
            }
            found.entries[member.key] = entry
        }
        try checkRanges(found.entries, from: dataStart, to: bytes.count, path: path)
        return found
    }

    private static func entry(_ node: JSONNode, dataStart: Int) -> TensorFile.Entry? {
        guard let type = node["dtype"]?.string,
            let shape = node["shape"]?.array?.map({ $0.int ?? -1 }),
            let offsets = node["data_offsets"]?.array?.map({ $0.int ?? -1 }),
            shape.allSatisfy({ $0 >= 0 }), offsets.count == 2,
            // Blocks are GGUF's.
            (ElementType(rawValue: type)?.blockLength ?? 1) == 1,
            0 <= offsets[0], offsets[0] <= offsets[1],
            offsets[1] <= Int.max - dataStart
        else { return nil }
        return TensorFile.Entry(
            type: type, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
    }

    private static func checkRanges(
        _ entries: [String: TensorFile.Entry], from start: Int, to end: Int, path: String
    ) throws(WeightsError) {
        var position = start
        for (name, entry) in entries.sorted(by: {
            ($0.value.range.lowerBound, $0.value.range.upperBound)
                < ($1.value.range.lowerBound, $1.value.range.upperBound)
        }) {
            guard entry.range.lowerBound == position else {
                throw .malformed(
                    path: path, reason: "the data of '\(name)' overlaps or leaves a gap")
            }
            position = entry.range.upperBound
            guard position <= end else {
                let all = entries.values.reduce(end) { max($0, $1.range.upperBound) }
                throw .malformed(
                    path: path,
                    reason: "it is cut short: \(all - end) bytes are missing, from '\(name)' on")
            }
            guard let type = entry.element else { continue }
            guard let bytes = type.bytes(of: entry.shape) else {
                throw .malformed(
                    path: path, reason: "'\(name)' of shape \(entry.shape) is too large")
            }
            guard bytes == entry.range.count else {
                throw .malformed(
                    path: path,
                    reason:
                        "'\(name)' of shape \(entry.shape) and type \(entry.type) needs \(bytes)"
                        + " bytes and has \(entry.range.count)")
            }
        }
        guard position == end else {
            throw .malformed(
                path: path, reason: "\(end - position) bytes at its end belong to no tensor")
        }
    }
}
