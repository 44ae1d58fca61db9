// SPDX-License-Identifier: Apache-2.0

/// How a file stores the values of a tensor: one by one, or in blocks that share their scales.
///
/// The names are those of safetensors and of ggml.
enum ElementType: String, Sendable, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case float8e4m3 = "F8_E4M3"
    case float8e5m2 = "F8_E5M2"
    case q4_0 = "Q4_0"
    case q4_1 = "Q4_1"
    case q5_0 = "Q5_0"
    case q5_1 = "Q5_1"
    case q8_0 = "Q8_0"
    case q3_k = "Q3_K"
    case q4_k = "Q4_K"
    case q5_k = "Q5_K"
    case q6_k = "Q6_K"

    /// Values of one block.
    var blockLength: Int {
        switch self {
        case .float32, .float16, .bfloat16, .float8e4m3, .float8e5m2: 1
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
        case .q3_k, .q4_k, .q5_k, .q6_k: 256
        }
    }

    /// Bytes of one block.
    var blockBytes: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .float8e4m3, .float8e5m2: 1
        case .q4_0: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q3_k: 110
        case .q4_k: 144
        case .q5_k: 176
        case .q6_k: 210
        }
    }

    /// Whether the values mean nothing without the scale of their tensor where a file has scales.
    var isFloat8: Bool { self == .float8e4m3 || self == .float8e5m2 }

    /// The bytes of a tensor, whose rows hold whole blocks; nil where they do not, or where no file
    /// is as long.
    func bytes(of shape: [Int]) -> Int? {
        guard (shape.last ?? 1) % blockLength == 0 else { return nil }
        var count = 1
        for axis in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: axis)
            guard !overflow else { return nil }
            count = product
        }
        let (bytes, overflow) = (count / blockLength).multipliedReportingOverflow(by: blockBytes)
        return overflow ? nil : bytes
    }

    /// What to tell about a tensor of another type.
    static func refusal(of type: String) -> String {
        "is of type \(type); F32, F16, BF16, F8_E4M3, F8_E5M2, Q8_0, Q6_K, Q5_K, Q4_K, Q3_K, Q5_1,"
            + " Q5_0, Q4_1 and Q4_0 can be read"
    }
}
