// SPDX-License-Identifier: Apache-2.0
//
// H heads, D channels of a head, N queries, M keys.

/// The axes of one attention call.
package struct AttentionShape: Sendable, Equatable {
    /// H, the number of heads.
    package var heads: Int
    /// D, the channels of one head.
    package var channels: Int

    /// Makes the shape of `heads` heads of `channels` channels.
    package init(heads: Int, channels: Int) {
        self.heads = heads
        self.channels = channels
    }
}

/// What is added to the logits before the softmax.
package enum LogitBias: Sendable {
    /// Nothing.
    case none
    /// One value a key, (M), the same for every head and query.
    case perKey([Float])
    /// One value for each head, query and key, (H, N, M).
    case perHead(Tensor)
}

/// Attention: softmax(scale·Q·Kᵀ + bias)·V, head by head.
///
/// Vaswani et al., arXiv 1706.03762. The heads lie side by side in the last axis, so that no
/// tensor is transposed. Blocks of queries bound the scratch to 64·M floats a thread.
///
/// * `q`: Q, (N, H·D).
/// * `k`: K, (M, H·D).
/// * `v`: V, (M, H·D).
/// * `scale`: Multiplies Q·Kᵀ; 1/√D in most networks, 1 in T5.
/// * Returns (N, H·D).
package func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, shape: AttentionShape, scale: Float,
    bias: LogitBias = .none
) -> Tensor {
    let (n, m, width) = (q.rows, k.rows, shape.heads * shape.channels)
    precondition(q.columns == width && k.columns == width && v.columns == width && v.rows == m)
    let block = 64
    let blocks = (n + block - 1) / block
    var result = Tensor(zeros: q.shape)
    unsafe q.values.withUnsafeBufferPointer { q in
        unsafe k.values.withUnsafeBufferPointer { k in
            unsafe v.values.withUnsafeBufferPointer { v in
                unsafe result.values.withUnsafeMutableBufferPointer { result in
                    guard let q0 = q.baseAddress, let k0 = k.baseAddress, let v0 = v.baseAddress,
                        let y0 = result.baseAddress
                    else { return }
                    parallelForEach(shape.heads * blocks) { item in
                        let (head, first) = (item / blocks, item % blocks * block)
                        let rows = min(block, n - first)
                        let offset = head * shape.channels
                        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * m) {
                            scores in
                            guard let s0 = scores.baseAddress else { return }
                            unsafe multiplyTransposed(
                                unsafe MatrixView(q0 + first * width + offset, stride: width),
                                unsafe MatrixView(k0 + offset, stride: width),
                                into: s0, cStride: m, m: rows, n: m, k: shape.channels,
                                alpha: scale)
                            for row in 0..<rows {
                                unsafe addBias(
                                    bias, head: head, query: first + row, to: s0 + row * m,
                                    queries: n, keys: m)
                                unsafe softmax(s0 + row * m, count: m)
                            }
                            unsafe multiply(
                                unsafe MatrixView(s0, stride: m),
                                unsafe MatrixView(v0 + offset, stride: width),
                                into: unsafe y0 + first * width + offset, cStride: width,
                                m: rows, n: shape.channels, k: m)
                        }
                    }
                }
            }
        }
    }
    return result
}

private func addBias(
    _ bias: LogitBias, head: Int, query: Int, to logits: UnsafeMutablePointer<Float>,
    queries: Int, keys: Int
) {
    switch bias {
    case .none: return
    case .perKey(let values):
        for key in 0..<keys { unsafe logits[key] += values[key] }
    case .perHead(let tensor):
        let start = (head * queries + query) * keys
        for key in 0..<keys { unsafe logits[key] += tensor.values[start + key] }
    }
}

/// Softmax of one row, in place.
func softmax(_ row: UnsafeMutablePointer<Float>, count: Int) {
    let largest = unsafe maximum(row, count: count)
    var lanes = Lane.zero
    var i = 0
    while i + laneCount <= count {
        let e = unsafe exponential(loadLane(row + i) - largest)
        unsafe storeLane(e, to: row + i)
        lanes += e
        i += laneCount
    }
    var total = lanes.sum()
    while i < count {
        unsafe row[i] = exponential(Lane(repeating: row[i] - largest))[0]
        unsafe total += row[i]
        i += 1
    }
    let inverse = 1 / total
    for i in 0..<count { unsafe row[i] *= inverse }
}
