// SPDX-License-Identifier: Apache-2.0

/// What a GGUF file says about itself: the places of typed values, by key.
struct GGUFPairs: Sendable {
    /// The types of values, docs/gguf.md `gguf_metadata_value_type`.
    private enum Kind: UInt32 {
        case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array
        case uint64, int64, float64

        /// Bytes of a value; nil where each has its own length.
        var size: Int? {
            switch self {
            case .uint8, .int8, .bool: 1
            case .uint16, .int16: 2
            case .uint32, .int32, .float32: 4
            case .uint64, .int64, .float64: 8
            case .string, .array: nil
            }
        }
    }

    private struct Place {
        /// Of the value, or of each value of a list.
        let kind: Kind
        /// Nil for a value that is no list.
        let count: Int?
        let start: Int
    }

    private var places: [String: Place] = [:]

    /// None.
    init() {}

    /// Reads the number of pairs and passes over them all.
    ///
    /// - Throws: `WeightsError.malformed` where one leads beyond the file or is of no known type.
    init(reading reader: inout GGUFReader) throws(WeightsError) {
        // The shortest pair has a key's length, a type and a value of one byte.
        let count = try reader.count(ofAtLeast: 13, what: "pairs")
        for _ in 0..<count {
            let key = try reader.text()
            let kind = try Self.kind(&reader, of: key)
            guard kind == .array else {
                places[key] = Place(kind: kind, count: nil, start: reader.position)
                try Self.pass(1, kind, &reader)
                continue
            }
            let element = try Self.kind(&reader, of: key)
            guard element != .array else {
                throw .malformed(path: reader.path, reason: "'\(key)' is a list of lists")
            }
            let length = try reader.count(ofAtLeast: element.size ?? 8, what: "values of '\(key)'")
            places[key] = Place(kind: element, count: length, start: reader.position)
            try Self.pass(length, element, &reader)
        }
    }

    private static func kind(
        _ reader: inout GGUFReader, of key: String
    ) throws(WeightsError) -> Kind {
        let number = try reader.number(UInt32.self)
        guard let kind = Kind(rawValue: number) else {
            throw .malformed(
                path: reader.path, reason: "'\(key)' is of the type \(number), which is none")
        }
        return kind
    }

    private static func pass(
        _ count: Int, _ kind: Kind, _ reader: inout GGUFReader
    ) throws(WeightsError) {
        if let size = kind.size { return try reader.skip(UInt64(size * count)) }
        for _ in 0..<count { try reader.skip(try reader.number(UInt64.self)) }
    }

    /// All values that are one text.
    func texts(in bytes: UnsafeRawBufferPointer) -> [(String, String)] {
        places.compactMap { key, place in
            guard place.kind == .string, place.count == nil else { return nil }
            return unsafe (
                key, String(decoding: Self.text(at: place.start, in: bytes), as: UTF8.self)
            )
        }
    }

    /// A list of texts, or nil where there is none.
    func texts(_ key: String, in bytes: UnsafeRawBufferPointer) -> [[UInt8]]? {
        guard let place = places[key], place.kind == .string, let count = place.count else {
            return nil
        }
        var (texts, position) = ([[UInt8]](), place.start)
        for _ in 0..<count {
            let text = unsafe Self.text(at: position, in: bytes)
            texts.append(unsafe Array(text))
            position += 8 + text.count
        }
        return texts
    }

    /// A whole number, or nil where there is none.
    func number(_ key: String, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let place = places[key], place.count == nil, place.kind.size != nil else {
            return nil
        }
        return unsafe Int(exactly: Self.number(place.kind, at: place.start, in: bytes))
    }

    /// A list of numbers, or nil where there is none.
    func numbers(_ key: String, in bytes: UnsafeRawBufferPointer) -> [Double]? {
        guard let place = places[key], let count = place.count, let size = place.kind.size else {
            return nil
        }
        return (0..<count).map {
            unsafe Self.number(place.kind, at: place.start + $0 * size, in: bytes)
        }
    }

    private static func text(
        at start: Int, in bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        let length = unsafe Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[start + 8..<start + 8 + length])
    }

    private static func number(
        _ kind: Kind, at start: Int, in bytes: UnsafeRawBufferPointer
    ) -> Double {
        func load<Number: BitwiseCopyable>(_ type: Number.Type) -> Number {
            unsafe bytes.loadUnaligned(fromByteOffset: start, as: Number.self)
        }
        return switch kind {
        case .uint8, .bool: Double(load(UInt8.self))
        case .int8: Double(load(Int8.self))
        case .uint16: Double(load(UInt16.self))
        case .int16: Double(load(Int16.self))
        case .uint32: Double(load(UInt32.self))
        case .int32: Double(load(Int32.self))
        case .float32: Double(load(Float.self))
        case .uint64: Double(load(UInt64.self))
        case .int64: Double(load(Int64.self))
        case .float64: load(Double.self)
        case .string, .array: preconditionFailure("a list or text is no number")
        }
    }
}
