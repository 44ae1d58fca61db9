// SPDX-License-Identifier: Apache-2.0

/// The fields of one message in the wire format of Protocol Buffers, in their order.
///
/// Format: protobuf.dev, "Encoding". Groups are refused, as `sentencepiece_model.proto` has none.
struct WireMessage {
    private enum Value {
        case number(UInt64)
        case bytes(Range<Int>)
    }

    private let content: ArraySlice<UInt8>
    private var fields: [(number: Int, value: Value)] = []

    /// Splits `content` into fields, or returns nil where it is damaged.
    init?(_ content: [UInt8]) { self.init(content[...]) }

    init?(_ content: ArraySlice<UInt8>) {
        self.content = content
        var position = content.startIndex
        while position < content.endIndex {
            guard let key = WireMessage.number(content, &position) else { return nil }
            let value: Value
            switch key & 7 {
            case 0:
                guard let number = WireMessage.number(content, &position) else { return nil }
                value = .number(number)
            case 1, 5:
                let size = key & 7 == 1 ? 8 : 4
                guard content.endIndex - position >= size else { return nil }
                value = .bytes(position..<position + size)
                position += size
            case 2:
                guard let size = WireMessage.number(content, &position),
                    size <= UInt64(content.endIndex - position)
                else { return nil }
                value = .bytes(position..<position + Int(size))
                position += Int(size)
            default: return nil
            }
            fields.append((Int(truncatingIfNeeded: key >> 3), value))
        }
    }

    private static func number(_ content: ArraySlice<UInt8>, _ position: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard position < content.endIndex else { return nil }
            let byte = content[position]
            position += 1
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// The contents of every field of that number that holds bytes.
    func all(field: Int) -> [ArraySlice<UInt8>] {
        fields.compactMap { number, value in
            guard number == field, case .bytes(let range) = value else { return nil }
            return content[range]
        }
    }

    /// The contents of the last field of that number that holds bytes.
    func bytes(field: Int) -> [UInt8]? { all(field: field).last.map(Array.init) }

    /// The last field of that number that holds an integer.
    func number(field: Int) -> UInt64? {
        fields.reversed().lazy.compactMap { number, value in
            guard number == field, case .number(let integer) = value else { return nil }
            return integer
        }.first
    }
}
