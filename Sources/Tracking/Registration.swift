// SPDX-License-Identifier: Apache-2.0

/// Finds a `CameraMotion` by robust Gauss-Newton steps from coarse to fine.
///
/// Source: B. D. Lucas, T. Kanade, "An iterative image registration technique", 1981, with
/// iteratively reweighted residuals so that what moves by itself does not pull the result.
struct Registration {
    /// Luminance from fine to coarse.
    private let old: [Plane<SIMD4<Float>>]
    private let new: [Plane<SIMD4<Float>>]
    /// Where the old picture shows the subject (more than a tenth): left out.
    private let subject: Plane<Float>

    init(
        from old: [Plane<SIMD4<Float>>], to new: [Plane<SIMD4<Float>>],
        without subject: Plane<Float>
    ) {
        self.old = old
        self.new = new
        self.subject = subject
    }

    /// The motion, or none where none explains the pictures clearly better.
    func motion(near last: CameraMotion) -> CameraMotion {
        let middle = SIMD2(Float(old[0].width - 1), Float(old[0].height - 1)) * 0.5
        var still = CameraMotion()
        still.middle = middle
        var finest = 0
        while finest + 1 < new.count, new[finest].values.count > 24_000 { finest += 1 }
        var coarsest = new.count - 1
        while coarsest > finest, min(new[coarsest].width, new[coarsest].height) < 12 {
            coarsest -= 1
        }
        let before = error(still, level: finest)
        guard before > 0.05 else { return still }
        var lit = still
        for _ in 0..<5 { step(&lit, level: finest, moving: false) }
        var unmoved = (motion: still, error: before)
        let litError = error(lit, level: finest)
        if litError < 0.9 * before, litError < before - 0.25 { unmoved = (lit, litError) }
        var best = unmoved
        for start in last.moves ? [unmoved.motion, last] : [unmoved.motion] {
            var moved = start
            moved.middle = middle
            for level in stride(from: coarsest, through: finest, by: -1) {
                for _ in 0..<(level == finest ? 5 : 8) { step(&moved, level: level, moving: true) }
            }
            let after = error(moved, level: finest)
            if after < best.error { best = (moved, after) }
        }
        let clearly = best.error < 0.88 * unmoved.error && best.error < unmoved.error - 0.2
        return clearly && isSane(best.motion) ? best.motion : unmoved.motion
    }

    private func isSane(_ motion: CameraMotion) -> Bool {
        let reach = Double(max(motion.middle.x, motion.middle.y))
        return abs(motion.terms[0]) < 0.3 && abs(motion.terms[1]) < 0.3
            && abs(motion.terms[2]) < reach && abs(motion.terms[3]) < reach
            && abs(motion.terms[4]) < 0.7
    }

    /// Calls `body` with each place used at a level, its place in the old picture, and old and new
    /// luminance.
    private func visit(
        _ motion: CameraMotion, level: Int,
        _ body: (_ place: SIMD2<Float>, _ from: SIMD2<Float>, _ old: Float, _ new: Float) -> Void
    ) {
        let (old, new) = (old[level], new[level])
        let pitch = Float(1 << level)
        let map = motion.map
        let spacing = max(1, Int((Double(new.values.count) / 6000).squareRoot().rounded()))
        for y in stride(from: spacing / 2, to: new.height, by: spacing) {
            for x in stride(from: spacing / 2, to: new.width, by: spacing) {
                let place = (SIMD2(Float(x), Float(y)) + 0.5) * pitch - 0.5
                let from = map(place)
                let there = (from + 0.5) / pitch - 0.5
                guard old.contains(there), subject.at(from) < 0.1 else { continue }
                body(place, there, old.at(there).w, new[x, y].w)
            }
        }
    }

    /// The mean of the residuals' sizes, none counted as more than 20 levels.
    private func error(_ motion: CameraMotion, level: Int) -> Double {
        var sum = 0.0
        var count = 0.0
        visit(motion, level: level) { _, _, old, new in
            sum += Double(min(abs(motion.gain * old + motion.offset - new), 20))
            count += 1
        }
        return count < 24 ? .infinity : sum / count
    }

    private func step(_ motion: inout CameraMotion, level: Int, moving: Bool) {
        let current = motion
        let limit = max(3, 1.5 * error(current, level: level))
        guard limit.isFinite else { return }
        let reach = max(current.middle.x, current.middle.y)
        let pitch = Float(1 << level)
        let plane = old[level]
        var matrix = [Double](repeating: 0, count: 36)
        var right = [Double](repeating: 0, count: 6)
        var count = 0.0
        visit(current, level: level) { place, from, old, new in
            let across = plane.at(from + SIMD2(1, 0)).w - plane.at(from - SIMD2(1, 0)).w
            let down = plane.at(from + SIMD2(0, 1)).w - plane.at(from - SIMD2(0, 1)).w
            let slope = SIMD2(across, down) * (0.5 * current.gain / pitch)
            let away = (place - current.middle) / reach
            let turn = slope.y * away.x - slope.x * away.y
            let row: InlineArray<6, Double> = [
                Double(slope.x * away.x + slope.y * away.y), Double(turn), Double(slope.x),
                Double(slope.y), Double(old / 128), 1,
            ]
            let residual = Double(current.gain * old + current.offset - new)
            let ratio = residual / limit
            let weight = 1 / ((1 + ratio * ratio) * (1 + ratio * ratio))
            for i in 0..<6 {
                right[i] -= weight * row[i] * residual
                for j in 0...i { matrix[i * 6 + j] += weight * row[i] * row[j] }
            }
            count += 1
        }
        // A little stiffness: where the picture has no texture, nothing moves.
        let stiffness = [0.02, 0.02, 0.005, 0.005, 0.01, 0.002]
        for i in 0..<6 {
            matrix[i * 6 + i] += stiffness[i] * count + (moving || i > 3 ? 0 : 1e12)
        }
        let change = solve(matrix, right)
        motion.terms[0] += change[0] / Double(reach)
        motion.terms[1] += change[1] / Double(reach)
        motion.terms[2] += change[2]
        motion.terms[3] += change[3]
        motion.terms[4] += change[4] / 128
        motion.terms[5] += change[5]
    }

    /// Solves a symmetric positive definite system of six by Cholesky; the lower triangle is given.
    private func solve(_ matrix: [Double], _ right: [Double]) -> [Double] {
        var lower = matrix
        var result = right
        for i in 0..<6 {
            for j in 0...i {
                var sum = lower[i * 6 + j]
                for k in 0..<j { sum -= lower[i * 6 + k] * lower[j * 6 + k] }
                lower[i * 6 + j] =
                    i == j ? max(sum, 1e-9).squareRoot() : sum / lower[j * 6 + j]
            }
            for k in 0..<i { result[i] -= lower[i * 6 + k] * result[k] }
            result[i] /= lower[i * 6 + i]
        }
        for i in stride(from: 5, through: 0, by: -1) {
            for k in i + 1..<6 { result[i] -= lower[k * 6 + i] * result[k] }
            result[i] /= lower[i * 6 + i]
        }
        return result
    }
}
