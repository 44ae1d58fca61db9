// SPDX-License-Identifier: Apache-2.0

package import CKernels
import CDNNL

/// The arithmetic of the network's large products.
package enum Precision: String, CaseIterable, Sendable {
    /// The truth that every other precision is measured against.
    case float32
    /// Operands are rounded to bfloat16, sums are float32.
    case bfloat16
    /// Weights have a scale a channel and activations a scale a token; sums are exact.
    case int8

    /// Whether this processor multiplies in this precision itself.
    ///
    /// Where it does not, operands are rounded as they would be and multiplied in float32: slower
    /// than float32, and the same to within rounding.
    package var isNative: Bool {
        switch self {
        case .float32: Instructions.has(dnnl_cpu_isa_avx512_core)
        case .bfloat16: Instructions.has(dnnl_cpu_isa_avx512_core_bf16)
        case .int8: Instructions.has(dnnl_cpu_isa_avx512_core_vnni)
        }
    }

    /// What convolutions multiply in: float32, or bfloat16 where this processor has it.
    package var ofConvolutions: Precision {
        self == .float32 || !Precision.bfloat16.isNative ? .float32 : .bfloat16
    }

    /// How the operands of products lie in memory.
    package var format: row_format { isNative ? rounding : ROW_FLOAT32 }

    /// What the operands of products are rounded to.
    var rounding: row_format {
        switch self {
        case .float32: ROW_FLOAT32
        case .bfloat16: ROW_BFLOAT16
        case .int8: ROW_INT8
        }
    }
}

/// What the processor can do, as far as oneDNN may use it.
enum Instructions {
    /// Calls `dnnl_get_effective_cpu_isa`, which honours the variable ONEDNN_MAX_CPU_ISA.
    private static let effective = dnnl_get_effective_cpu_isa().rawValue

    /// Whether oneDNN multiplies with the given instructions; never with AVX2 alone, where OpenBLAS
    /// is as fast.
    static func has(_ isa: dnnl_cpu_isa_t) -> Bool {
        passes.isBest && effective & isa.rawValue == isa.rawValue
    }
}

/// What products are computed with, on which the last bits depend: oneDNN's version, the
/// instructions that it may use, and those of the passes between products.
///
/// Calls `dnnl_version` and `dnnl_get_effective_cpu_isa`.
package let productArithmetic: String = {
    let version = unsafe dnnl_version().pointee
    return unsafe "oneDNN \(version.major).\(version.minor).\(version.patch) "
        + "\(dnnl_get_effective_cpu_isa().rawValue), \(passes.name)"
}()
