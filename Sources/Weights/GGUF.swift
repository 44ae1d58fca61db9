// SPDX-License-Identifier: Apache-2.0

/// The header of a GGUF file, version 2 or 3, little-endian.
///
/// Layout: magic, version, the number of tensors and of pairs; pairs of a key and a typed value; for
/// each tensor its name, its axes innermost first, its type and where its data begin; then the data,
/// aligned. Format: ggml docs/gguf.md. ComfyUI-GGUF stores five axes where ggml allows four. Lengths,
/// counts and places are all checked against the size of the file before they are used.
enum GGUF {
    static let magic: [UInt8] = Array("GGUF".utf8)
    /// The most axes that a tensor may have.
    private static let mostAxes = 8
    /// The largest alignment that is believed, in bytes.
    private static let largestAlignment = 1 << 20

    private struct Listed {
        let name: String
        let type: String
        let shape: [Int]
        /// From the start of the data.
        let offset: Int
    }

    /// Reads and checks the header.
    ///
    /// - Throws: `WeightsError.malformed`.
    static func header(
        of bytes: UnsafeRawBufferPointer, path: String
    ) throws(WeightsError) -> TensorFile.Header {
        var reader = unsafe GGUFReader(bytes: bytes, path: path, position: magic.count)
        let version = try reader.number(UInt32.self)
        guard version == 2 || version == 3 else {
            throw .malformed(
                path: path, reason: "it is GGUF of version \(version); 2 and 3 can be read")
        }
        // The shortest tensor has a name's length, a number of axes, a type and a place.
        let count = try reader.count(ofAtLeast: 24, what: "tensors")
        var header = TensorFile.Header()
        header.pairs = try GGUFPairs(reading: &reader)
        for (key, text) in unsafe header.pairs.texts(in: bytes) { header.metadata[key] = text }
        let alignment = unsafe header.pairs.number("general.alignment", in: bytes) ?? 32
        guard alignment >= 1, alignment <= largestAlignment, alignment & (alignment - 1) == 0 else {
            throw .malformed(path: path, reason: "its alignment of \(alignment) is no power of two")
        }
        var listed: [Listed] = []
        for _ in 0..<count { listed.append(try tensor(&reader)) }
        let padding = (alignment - reader.position % alignment) % alignment
        try place(
            listed, from: reader.position + padding, to: bytes.count, alignment: alignment,
            in: &header, path: path)
        return header
    }

    private static func tensor(_ reader: inout GGUFReader) throws(WeightsError) -> Listed {
        let name = try reader.text()
        let axes = Int(try reader.number(UInt32.self))
        guard (1...mostAxes).contains(axes) else {
            throw .malformed(
                path: reader.path,
                reason: "'\(name)' has \(axes) axes; 1 to \(mostAxes) can be read")
        }
        var (shape, elements) = ([Int](), 1)
        for _ in 0..<axes {
            let length = Int(clamping: try reader.number(UInt64.self))
            let (product, overflow) = elements.multipliedReportingOverflow(by: length)
            guard !overflow else {
                throw .malformed(path: reader.path, reason: "'\(name)' is too large for any file")
            }
            elements = product
            shape.insert(length, at: 0)
        }
        let number = try reader.number(UInt32.self)
        let offset = try reader.number(UInt64.self)
        guard offset <= UInt64(reader.size) else {
            throw .malformed(
                path: reader.path,
                reason: "it is cut short: the data of '\(name)' begin behind the end of the file")
        }
        return Listed(
            name: name, type: typeNames[number] ?? "number \(number)", shape: shape,
            offset: Int(offset))
    }

    /// Gives each tensor its bytes; none may begin inside another, and none may be followed by more
    /// than the padding.
    private static func place(
        _ listed: [Listed], from start: Int, to end: Int, alignment: Int,
        in header: inout TensorFile.Header, path: String
    ) throws(WeightsError) {
        guard start <= end || listed.isEmpty else {
            throw .malformed(path: path, reason: "it is cut short before the data of its tensors")
        }
        let sorted = listed.sorted { ($0.offset, $0.name) < ($1.offset, $1.name) }
        var position = start
        // Of a type whose size nobody here knows.
        var isUncertain = false
        for (index, tensor) in sorted.enumerated() {
            let first = start + tensor.offset
            guard tensor.offset % alignment == 0, first >= position,
                isUncertain || first - position < alignment
            else {
                throw .malformed(
                    path: path, reason: "the data of '\(tensor.name)' overlap or leave a gap")
            }
            let bytes: Int
            if let type = ElementType(rawValue: tensor.type) {
                guard let count = type.bytes(of: tensor.shape) else {
                    throw .malformed(
                        path: path,
                        reason: "'\(tensor.name)' of shape \(tensor.shape) and type \(tensor.type)"
                            + " does not consist of whole blocks, or is too large")
                }
                bytes = count
                isUncertain = false
            } else {
                let next = index + 1 < sorted.count ? start + sorted[index + 1].offset : end
                bytes = max(0, next - first)
                isUncertain = true
            }
            guard first <= end, bytes <= end - first else {
                throw .malformed(
                    path: path,
                    reason: "it is cut short: of '\(tensor.name)'"
                        + " \(bytes - max(0, end - first)) bytes are missing")
            }
            position = first + bytes
            let entry = TensorFile.Entry(
                type: tensor.type, shape: tensor.shape, range: first..<position)
            guard header.entries.updateValue(entry, forKey: tensor.name) == nil else {
                throw .malformed(path: path, reason: "'\(tensor.name)' is there twice")
            }
        }
    }

    /// The names of ggml's types, ggml.h `ggml_type`; those that cannot be read, so that messages can
    /// name them.
    private static let typeNames: [UInt32: String] = [
        0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
        10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS",
        17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S",
        23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M",
        30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
    ]
}
