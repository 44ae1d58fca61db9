// SPDX-License-Identifier: Apache-2.0

import JSON
package import Tensors

/// Tensors and texts on their way into a `.safetensors` file.
///
/// The bytes are those of the reference implementation (huggingface/safetensors v0.8.0, `serialize`)
/// for the same tensors: wider types first, then by name, the header padded with spaces so that the
/// data begins at a multiple of eight.
package struct SafetensorsWriter {
    /// What values are stored as.
    package enum ElementType: Sendable {
        case float32
        /// Rounded to the nearest, ties to even.
        case bfloat16
    }

    /// Texts about the file, by name.
    package var metadata: [String: String]
    private var tensors: [String: (tensor: Tensor, type: ElementType)] = [:]

    /// A file without tensors.
    package init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// Adds a tensor, whose name must be new.
    package mutating func add(_ name: String, _ tensor: Tensor, as type: ElementType = .float32) {
        let former = tensors.updateValue((tensor, type), forKey: name)
        precondition(former == nil && name != "__metadata__", "'\(name)' is there already")
    }

    /// The content of the file.
    package var bytes: [UInt8] {
        let ordered = tensors.sorted {
            ($0.value.type.rank, $0.key) < ($1.value.type.rank, $1.key)
        }
        var (members, end): ([(String, JSONValue)], Int) = ([], 0)
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map {
                ($0.key, JSONValue.string($0.value))
            }
            members.append(("__metadata__", .object(texts)))
        }
        for (name, (tensor, type)) in ordered {
            let start = end
            end += tensor.count * type.bytes
            members.append((name, Self.entry(type, tensor.shape, start..<end)))
        }
        var header = Array(JSONValue.object(members).serialized(pretty: false).utf8)
        header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + end)
        append(UInt64(header.count), to: &bytes)
        bytes += header
        for (_, (tensor, type)) in ordered {
            switch type {
            case .float32:
                unsafe tensor.values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
            case .bfloat16:
                for value in tensor.values { append(bfloat16(value), to: &bytes) }
            }
        }
        return bytes
    }

    private static func entry(
        _ type: ElementType, _ shape: [Int], _ range: Range<Int>
    ) -> JSONValue {
        [
            "dtype": .string(type.name), "shape": .array(shape.map { .integer(Int64($0)) }),
            "data_offsets": [
                .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
            ],
        ]
    }
}

extension SafetensorsWriter.ElementType {
    fileprivate var name: String { self == .float32 ? "F32" : "BF16" }
    fileprivate var bytes: Int { self == .float32 ? 4 : 2 }
    /// Its place in the file.
    fileprivate var rank: Int { self == .float32 ? 0 : 1 }
}

/// Appends a number, the lowest byte first.
private func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
}
