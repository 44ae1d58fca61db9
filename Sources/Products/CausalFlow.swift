// SPDX-License-Identifier: Apache-2.0
//
// W columns, C channels in, O channels out.

import CKernels
import Tensors

/// A causal convolution on its way through a clip, a band of rows at a time.
@safe package final class CausalFlow {
    private let kernel: CausalKernel
    private let norm: [Float]?
    private let isExact: Bool
    private var memory: RememberedFrames?
    private var edge = BandEdge()
    /// The first row that is not computed yet.
    private var next = 0

    /// * `norm`: The factors, (C), of a normalisation and SiLU that each frame goes through first.
    /// * `isExact`: Whether earlier frames are remembered in float32, else in eight bits.
    package init(_ kernel: CausalKernel, normalizedBy norm: [Float]?, isExact: Bool) {
        (self.kernel, self.norm, self.isExact) = (kernel, norm, isExact)
    }

    /// Convolves the rows that can be completed, (rows, W, O).
    ///
    /// * `rest`: Added to the result: its rows from the first that is not computed yet.
    package func callAsFunction(_ band: Band, adding rest: WaitingRows? = nil) -> Band {
        let memory = remembered(like: band)
        let (products, sums) = kernel.scheme(frames: band.frames.count, after: memory.count)
        let (planes, first) = edge.room(
            for: band, planes: products.count, reach: kernel.reach, channels: kernel.inputs,
            element: Element(kernel.precision.format))
        fill(planes, from: first, products.map { ($0.frame, $0.other) }, band, memory)
        let count = max(0, planes[0].rows - 2 * kernel.reach)
        let frames = sums.map { _ in
            PixelFrame(rows: count, columns: planes[0].columns, channels: kernel.outputs)
        }
        let strips = strips(of: count, columns: planes[0].columns, atMost: Self.pixelsAtOnce)
        parallelForEach(strips.count) { index in
            multiply(strips[index], planes, products.map(\.kernel), sums, into: frames, rest)
        }
        edge.keep(planes, reach: kernel.reach, after: band)
        let rows = next..<next + count
        next = rows.upperBound
        if band.isLast {
            memory.advance(by: band.frames.count)
            next = 0
        }
        return Band(rows: rows, height: band.height, frames: frames)
    }

    /// Pixels whose products are summed at once, more or less, while they are in the cache.
    private static let pixelsAtOnce = 1536

    private func remembered(like band: Band) -> RememberedFrames {
        if let memory { return memory }
        let new = RememberedFrames(
            rows: band.height, columns: band.frames[0].columns, channels: kernel.inputs,
            isExact: isExact)
        memory = new
        return new
    }

    /// Puts what is multiplied into the planes, and the band's frames into the memory.
    ///
    /// * `sources`: For each plane a frame and perhaps another, added to it or taken off.
    private func fill(
        _ planes: [PixelFrame], from first: Int,
        _ sources: [(frame: Int, other: (sign: Float, frame: Int)?)], _ band: Band,
        _ memory: RememberedFrames
    ) {
        let (columns, channels) = (band.frames[0].columns, kernel.inputs)
        let format = kernel.precision.format
        let atOnce = max(1, min(columns, 4096 / channels))
        parallelFor(band.rows.count) { rows in
            Scratch.lend { scratch in
                let frames = unsafe (0..<4).map { _ in unsafe scratch.floats(atOnce * channels) }
                for row in rows {
                    for column in stride(from: 0, to: columns, by: atOnce) {
                        let range = column..<min(columns, column + atOnce)
                        let n = range.count * channels
                        unsafe read(band, row: row, range, memory, into: frames)
                        for (plane, source) in zip(planes, sources) {
                            let target =
                                unsafe plane.start(row: first + row)
                                + column * channels * plane.element.bytes
                            if let other = source.other {
                                unsafe passes.table.store_sum(
                                    frames[source.frame], frames[other.frame], other.sign, target,
                                    format, n)
                            } else {
                                _ = unsafe passes.table.store(
                                    frames[source.frame], target, format, n)
                            }
                        }
                        for index in band.frames.indices {
                            unsafe memory.keep(
                                frames[2 + index], as: index, row: band.rows.lowerBound + row,
                                columns: range)
                        }
                    }
                }
            }
        }
    }

    /// Reads some pixels of x₋₂, x₋₁, x₀ and, if it is there, x₁.
    private func read(
        _ band: Band, row: Int, _ columns: Range<Int>, _ memory: RememberedFrames,
        into targets: [UnsafeMutablePointer<Float>]
    ) {
        let n = columns.count * kernel.inputs
        for frame in 0..<2 {
            unsafe memory.recall(
                frame, row: band.rows.lowerBound + row, columns: columns, into: targets[frame])
        }
        for (index, frame) in band.frames.enumerated() {
            let source = unsafe frame.pixel(row * frame.columns + columns.lowerBound)
            let target = unsafe targets[2 + index]
            if let norm {
                unsafe passes.table.normalize_pixels(
                    source, target, ROW_FLOAT32, columns.count, kernel.inputs, kernel.inputs, norm,
                    1)
            } else {
                unsafe target.update(from: source, count: n)
            }
        }
    }

    /// Computes a strip of the result.
    private func multiply(
        _ strip: Range<Int>, _ planes: [PixelFrame], _ kernels: [ConvolutionKernel],
        _ sums: [CausalKernel.Sum], into frames: [PixelFrame], _ rest: WaitingRows?
    ) {
        let (columns, outputs) = (planes[0].columns, kernel.outputs)
        Scratch.lend { scratch in
            let results = unsafe zip(planes, kernels).map { plane, kernel in
                let shape = kernel.shape(
                    depth: 1, rows: strip.count + 2 * self.kernel.reach, columns: columns,
                    left: kernel.size.columns / 2, right: kernel.size.columns / 2)
                let result = unsafe scratch.floats(strip.count * columns * outputs)
                unsafe kernel.convolve(
                    plane.start(row: strip.lowerBound), shape, into: result)
                return unsafe result
            }
            for (frame, sum) in zip(frames, sums).enumerated() {
                let (target, sum) = sum
                for row in strip {
                    let offset = (row - strip.lowerBound) * columns * outputs
                    let terms: [UnsafePointer<Float>?] = unsafe sum.map {
                        unsafe UnsafePointer(results[$0.product] + offset)
                    }
                    unsafe passes.table.add_terms(
                        target.pixel(row * columns), terms, sum.map(\.sign), sum.count,
                        kernel.bias, rest?.start(frame: frame, row: next + row), columns, outputs)
                }
            }
        }
    }
}

/// Rows that wait until what is added to them is computed.
@safe package struct WaitingRows {
    private let rows: Range<Int>
    private let earlier: [PixelFrame]
    private let band: Band

    /// A band below rows that wait.
    package init(_ earlier: [PixelFrame]?, above band: Band) {
        self.earlier = earlier ?? []
        self.band = band
        rows = band.rows.lowerBound - (earlier?.first?.rows ?? 0)..<band.rows.upperBound
    }

    /// The rows from `row` on and those of the next band; nil where no row waits.
    package func after(_ row: Int) -> [PixelFrame]? {
        guard row < rows.upperBound else { return nil }
        return band.frames.indices.map { frame in
            let columns = band.frames[frame].columns
            let kept = PixelFrame(
                rows: rows.upperBound - row, columns: columns,
                channels: band.frames[frame].channels)
            for line in row..<rows.upperBound {
                guard let source = unsafe start(frame: frame, row: line) else { continue }
                unsafe kept.pixel((line - row) * columns).update(
                    from: source, count: columns * kept.channels)
            }
            return kept
        }
    }

    /// Where a row of one of the frames begins.
    func start(frame: Int, row: Int) -> UnsafePointer<Float>? {
        precondition(rows.contains(row), "row \(row) does not wait")
        if row >= band.rows.lowerBound {
            let frame = band.frames[frame]
            return unsafe UnsafePointer(
                frame.pixel((row - band.rows.lowerBound) * frame.columns))
        }
        let frame = earlier[frame]
        return unsafe UnsafePointer(frame.pixel((row - rows.lowerBound) * frame.columns))
    }
}
