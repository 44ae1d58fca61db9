// SPDX-License-Identifier: Apache-2.0
//
// M rows of the result, N columns of the result, K the axis summed over.

import CDNNL
import Tensors

/// The shapes and element types of one product C = A·B: rows of A and C closed, for others oneDNN
/// has no fast product, B in a layout of its own.
struct MatrixShape: Hashable, Sendable {
    /// M.
    var rows: Int
    /// N.
    var columns: Int
    /// K.
    var depth: Int
    var left: Element
    var right: Element
    /// Whether a float32 bias (N) is added.
    var hasBias = false

    /// The element type of C: sums of integers stay integers.
    var result: Element { left == .int8 || left == .uint8 ? .int32 : .float32 }
}

private let programs = PrimitiveCache<MatrixShape>()
private let prototypes = PrimitiveCache<MatrixShape>()

/// The product's primitive.
func program(_ shape: MatrixShape) -> Primitive {
    programs.primitive(shape) { shape in
        primitive(
            shape,
            right: packedLayout(
                depth: shape.depth, columns: shape.columns, left: shape.left, right: shape.right))
    }
}

/// The layout in which a product wants its right operand (K, N).
///
/// oneDNN chooses it for a typical M, and all other M are made to take it.
func packedLayout(
    depth: Int, columns: Int, left: Element, right: Element
) -> dnnl_memory_desc_t {
    let typical = MatrixShape(
        rows: 64, columns: columns, depth: depth, left: left, right: right)
    return prototypes.primitive(typical) { shape in
        primitive(
            shape, right: layout([shape.depth, shape.columns], strides: nil, shape.right))
    }.descriptor(DNNL_ARG_WEIGHTS)
}

private func primitive(_ shape: MatrixShape, right: dnnl_memory_desc_t) -> Primitive {
    let (m, n, k) = (shape.rows, shape.columns, shape.depth)
    var a = layout([m, k], strides: [k, 1], shape.left)
    var b = right
    var c = layout([m, n], strides: [n, 1], shape.result)
    var bias = layout([1, n], strides: [n, 1], .float32)
    var operation = dnnl_matmul_desc_t()
    unsafe withUnsafePointer(to: &bias) { bias in
        unsafe must(
            dnnl_matmul_desc_init(&operation, &a, &b, shape.hasBias ? bias : nil, &c))
    }
    return unsafe withCallersScratchpad { attributes in
        var description: dnnl_primitive_desc_t?
        unsafe must(
            dnnl_primitive_desc_create(
                &description, &operation, attributes, OneDNN.shared.engine, nil))
        guard let description = unsafe description else { preconditionFailure("no product") }
        return unsafe Primitive(
            description,
            arguments: [DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST]
                + (shape.hasBias ? [DNNL_ARG_BIAS] : []))
    }
}

extension Primitive {
    /// Runs a product: A in closed rows by a packed B into C in closed rows.
    func multiply(
        _ a: UnsafeRawPointer, by b: UnsafeMutableRawPointer, bias: UnsafePointer<Float>? = nil,
        into c: UnsafeMutableRawPointer
    ) {
        let left = unsafe UnsafeMutableRawPointer(mutating: a)
        if let bias = unsafe bias {
            unsafe run(
                (DNNL_ARG_SRC, left), (DNNL_ARG_WEIGHTS, b), (DNNL_ARG_DST, c),
                (DNNL_ARG_BIAS, UnsafeMutableRawPointer(mutating: bias)))
        } else {
            unsafe run((DNNL_ARG_SRC, left), (DNNL_ARG_WEIGHTS, b), (DNNL_ARG_DST, c))
        }
    }
}

/// How a right operand lies before it is packed.
struct PackingShape: Hashable, Sendable {
    var depth: Int
    var columns: Int
    /// Elements between neighbours along K and along N.
    var depthStride: Int
    var columnStride: Int
    var left: Element
    var right: Element
}

private let packings = PrimitiveCache<PackingShape>()

/// Copies a right operand (K, N) into the layout that products want.
func pack(
    _ shape: PackingShape, from source: UnsafeRawPointer, into target: UnsafeMutableRawPointer
) {
    let primitive = packings.primitive(shape) { shape in
        var from = layout(
            [shape.depth, shape.columns], strides: [shape.depthStride, shape.columnStride],
            shape.right)
        var to = packedLayout(
            depth: shape.depth, columns: shape.columns, left: shape.left, right: shape.right)
        return unsafe withCallersScratchpad { attributes in
            var description: dnnl_primitive_desc_t?
            let engine = unsafe OneDNN.shared.engine
            unsafe must(
                dnnl_reorder_primitive_desc_create(
                    &description, &from, engine, &to, engine, attributes))
            guard let description = unsafe description else { preconditionFailure("no packing") }
            return unsafe Primitive(description, arguments: [DNNL_ARG_FROM, DNNL_ARG_TO])
        }
    }
    unsafe primitive.run(
        (DNNL_ARG_FROM, UnsafeMutableRawPointer(mutating: source)), (DNNL_ARG_TO, target))
}
