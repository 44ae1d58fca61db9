// SPDX-License-Identifier: Apache-2.0

import CDNNL
import CKernels
import Synchronization

/// The element types of a product's operands and result.
enum Element: Hashable {
    case float32, bfloat16, int8, uint8, int32

    init(_ format: row_format) {
        switch format {
        case ROW_INT8: self = .int8
        case ROW_UINT8: self = .uint8
        case ROW_BFLOAT16: self = .bfloat16
        default: self = .float32
        }
    }

    var bytes: Int {
        switch self {
        case .float32, .int32: 4
        case .bfloat16: 2
        case .int8, .uint8: 1
        }
    }

    var type: dnnl_data_type_t {
        switch self {
        case .float32: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .int8: dnnl_s8
        case .uint8: dnnl_u8
        case .int32: dnnl_s32
        }
    }
}

/// oneDNN's engine and stream for this process.
///
/// One stream serves all threads: with OpenMP, which Debian's build uses, a primitive runs on the
/// thread that executes it and the stream holds no state.
@safe struct OneDNN: @unchecked Sendable {
    let engine: dnnl_engine_t
    let stream: dnnl_stream_t

    static let shared = OneDNN()

    private init() {
        var engine: dnnl_engine_t?
        unsafe must(dnnl_engine_create(&engine, dnnl_cpu, 0))
        var stream: dnnl_stream_t?
        unsafe must(dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue)))
        guard let engine = unsafe engine, let stream = unsafe stream else {
            preconditionFailure("oneDNN gave no engine")
        }
        unsafe self.engine = unsafe engine
        unsafe self.stream = unsafe stream
    }
}

/// Traps when oneDNN refuses what we know to be right.
func must(_ status: dnnl_status_t, _ place: StaticString = #function) {
    precondition(
        status == dnnl_success, "oneDNN refuses with status \(status.rawValue) in \(place)")
}

/// A primitive of oneDNN, made once for its shapes; any number of threads may run it.
@safe final class Primitive: @unchecked Sendable {
    // Unchecked: a primitive with a caller's scratchpad has no state of its own.
    private let primitive: dnnl_primitive_t
    private let scratchpad: dnnl_memory_desc_t
    private let scratchpadBytes: Int
    /// The layouts that oneDNN chose, by argument.
    private let descriptors: [Int32: dnnl_memory_desc_t]

    init(_ description: dnnl_primitive_desc_t, arguments: [Int32]) {
        var primitive: dnnl_primitive_t?
        unsafe must(dnnl_primitive_create(&primitive, description))
        guard let primitive = unsafe primitive else { preconditionFailure("no primitive") }
        unsafe self.primitive = unsafe primitive
        func descriptor(_ argument: Int32) -> dnnl_memory_desc_t {
            let found = unsafe dnnl_primitive_desc_query_md(
                description, dnnl_query_exec_arg_md, argument)
            guard let found = unsafe found else { return dnnl_memory_desc_t() }
            return unsafe found.pointee
        }
        var size: Int64 = 0
        scratchpad = descriptor(DNNL_ARG_SCRATCHPAD)
        unsafe withUnsafePointer(to: scratchpad) {
            size = unsafe Int64(dnnl_memory_desc_get_size($0))
        }
        scratchpadBytes = Int(size)
        descriptors = Dictionary(
            uniqueKeysWithValues: arguments.map { ($0, descriptor($0)) })
        unsafe dnnl_primitive_desc_destroy(description)
    }

    deinit { unsafe dnnl_primitive_destroy(primitive) }

    func descriptor(_ argument: Int32) -> dnnl_memory_desc_t {
        guard let found = descriptors[argument] else {
            preconditionFailure("no argument \(argument)")
        }
        return found
    }

    /// Runs on the calling thread.
    func run(_ arguments: (Int32, UnsafeMutableRawPointer?)...) {
        keepToThisThread()
        unsafe withUnsafeTemporaryAllocation(
            byteCount: max(64, scratchpadBytes), alignment: 64
        ) { scratch in
            var list: [dnnl_exec_arg_t] = unsafe []
            unsafe arguments.forEach { index, bytes in
                unsafe list.append(
                    dnnl_exec_arg_t(arg: index, memory: memory(descriptor(index), bytes)))
            }
            if scratchpadBytes > 0 {
                unsafe list.append(
                    dnnl_exec_arg_t(
                        arg: DNNL_ARG_SCRATCHPAD, memory: memory(scratchpad, scratch.baseAddress)))
            }
            unsafe must(
                dnnl_primitive_execute(primitive, OneDNN.shared.stream, Int32(list.count), list))
            unsafe list.forEach { unsafe dnnl_memory_destroy($0.memory) }
        }
    }

    private func memory(
        _ descriptor: dnnl_memory_desc_t, _ bytes: UnsafeMutableRawPointer?
    ) -> dnnl_memory_t? {
        var memory: dnnl_memory_t?
        unsafe withUnsafePointer(to: descriptor) {
            unsafe must(dnnl_memory_create(&memory, $0, OneDNN.shared.engine, bytes))
        }
        return unsafe memory
    }
}

/// A memory descriptor of dimensions and the distances between their elements; no distances leave
/// the layout to oneDNN.
func layout(_ dimensions: [Int], strides: [Int]?, _ element: Element) -> dnnl_memory_desc_t {
    var result = dnnl_memory_desc_t()
    let dims = dimensions.map { Int64($0) }
    withExtendedLifetime(dims) {
        if let strides {
            unsafe must(
                dnnl_memory_desc_init_by_strides(
                    &result, Int32(dims.count), dims, element.type, strides.map { Int64($0) }))
        } else {
            unsafe must(
                dnnl_memory_desc_init_by_tag(
                    &result, Int32(dims.count), dims, element.type, dnnl_format_tag_any))
        }
    }
    return result
}

/// The bytes that a layout takes.
func size(of descriptor: dnnl_memory_desc_t) -> Int {
    unsafe withUnsafePointer(to: descriptor) { unsafe Int(dnnl_memory_desc_get_size($0)) }
}

/// Keeps OpenMP from forking a team of its own in the calling thread, one of ours.
///
/// oneDNN asks for the number also when it makes a primitive, and chooses a slow one for layouts
/// that were made for another.
func keepToThisThread() { omp_set_num_threads(1) }

/// Attributes that leave the scratchpad to the caller, so that threads can share a primitive.
func withCallersScratchpad<Result>(_ body: (dnnl_primitive_attr_t?) -> Result) -> Result {
    keepToThisThread()
    var attributes: dnnl_primitive_attr_t?
    unsafe must(dnnl_primitive_attr_create(&attributes))
    unsafe must(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user))
    defer { unsafe dnnl_primitive_attr_destroy(attributes) }
    return unsafe body(attributes)
}

/// Makes primitives once and hands the same one out again.
final class PrimitiveCache<Key: Hashable & Sendable>: Sendable {
    private let made = Mutex<[Key: Primitive]>([:])

    func primitive(_ key: Key, make: (Key) -> Primitive) -> Primitive {
        if let found = made.withLock({ $0[key] }) { return found }
        let new = make(key)
        return made.withLock { table in
            if let found = table[key] { return found }
            table[key] = new
            return new
        }
    }
}
