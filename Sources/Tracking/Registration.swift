// SPDX-License-Identifier: Apache-2.0

/// Finds a `CameraMotion` by robust Gauss-Newton steps from coarse to fine.
///
/// Source: B. D. Lucas, T. Kanade, "An iterative image registration technique", 1981, with
/// iteratively reweighted residuals so that what moves by itself does not pull the result.
struct Registration {
    /// Luminance and its slopes across and down in the old picture, from fine to coarse.
    private var old: [Plane<SIMD4<Float>>] = []
    private let new: [Plane<SIMD4<Float>>]
    /// Where the old picture shows the subject (more than a tenth): left out.
    private let subject: Plane<Float>
    /// The levels used: the finest has at most 24 000 pixels.
    private var finest = 0
    private var coarsest = 0

    init(
        from old: [Plane<SIMD4<Float>>], to new: [Plane<SIMD4<Float>>],
        without subject: Plane<Float>
    ) {
        self.new = new
        self.subject = subject
        while finest + 1 < new.count, new[finest].values.count > 24_000 { finest += 1 }
        coarsest = new.count - 1
        while coarsest > finest, min(new[coarsest].width, new[coarsest].height) < 12 {
            coarsest -= 1
        }
        self.old = old.indices.map { level in
            (finest...coarsest).contains(level) ? Self.slopes(old[level]) : old[level]
        }
    }

    private static func slopes(_ picture: Plane<SIMD4<Float>>) -> Plane<SIMD4<Float>> {
        var result = picture
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                let across = picture.nearest(x: x + 1, y: y).w - picture.nearest(x: x - 1, y: y).w
                let down = picture.nearest(x: x, y: y + 1).w - picture.nearest(x: x, y: y - 1).w
                result[x, y] = SIMD4(picture[x, y].w, 0.5 * across, 0.5 * down, 0)
            }
        }
        return result
    }

    /// The motion, or none where none explains the pictures clearly better.
    func motion(near last: CameraMotion) -> CameraMotion {
        let middle = SIMD2(Float(old[0].width - 1), Float(old[0].height - 1)) * 0.5
        var still = CameraMotion()
        still.middle = middle
        if isStill(still) { return still }
        let before = error(still, level: finest)
        var lit = still
        var steps = 0
        while steps < 5, step(&lit, level: finest, moving: false) { steps += 1 }
        var unmoved = (motion: still, error: before)
        let litError = error(lit, level: finest)
        if litError < 0.9 * before, litError < before - 0.25 { unmoved = (lit, litError) }
        var best = unmoved
        for start in last.moves ? [unmoved.motion, last] : [unmoved.motion] {
            var moved = start
            moved.middle = middle
            for level in stride(from: coarsest, through: finest, by: -1) {
                var steps = 0
                while steps < 8, step(&moved, level: level, moving: true) { steps += 1 }
            }
            let after = error(moved, level: finest)
            if after < best.error { best = (moved, after) }
        }
        let clearly = best.error < 0.88 * unmoved.error && best.error < unmoved.error - 0.2
        return clearly && isSane(best.motion) ? best.motion : unmoved.motion
    }

    /// Whether nothing changed where the old picture has edges, as behind a camera that stands.
    private func isStill(_ still: CameraMotion) -> Bool {
        var (edges, unchanged) = (0, 0)
        visit(still, level: finest) { _, old, new in
            guard abs(old.y) + abs(old.z) > 4 else { return }
            edges += 1
            if abs(old.x - new) < 1.5 { unchanged += 1 }
        }
        return edges >= 20 && 10 * unchanged > 6 * edges
    }

    private func isSane(_ motion: CameraMotion) -> Bool {
        let reach = Double(max(motion.middle.x, motion.middle.y))
        return abs(motion.terms[0]) < 0.3 && abs(motion.terms[1]) < 0.3
            && abs(motion.terms[2]) < reach && abs(motion.terms[3]) < reach
            && abs(motion.terms[4]) < 0.7
    }

    /// Calls `body` with each place used at a level, the old luminance there with its slopes, and
    /// the new luminance.
    private func visit(
        _ motion: CameraMotion, level: Int,
        _ body: (_ place: SIMD2<Float>, _ old: SIMD4<Float>, _ new: Float) -> Void
    ) {
        let (old, new) = (old[level], new[level])
        let pitch = Float(1 << level)
        let map = motion.map
        let spacing = max(1, Int((Double(new.values.count) / 2500).squareRoot().rounded()))
        for y in stride(from: spacing / 2, to: new.height, by: spacing) {
            for x in stride(from: spacing / 2, to: new.width, by: spacing) {
                let place = (SIMD2(Float(x), Float(y)) + 0.5) * pitch - 0.5
                let from = map(place)
                let there = (from + 0.5) / pitch - 0.5
                guard old.contains(there), subject.at(from) < 0.1 else { continue }
                body(place, old.at(there), new[x, y].w)
            }
        }
    }

    /// The mean of the residuals' sizes, none counted as more than 20 levels.
    private func error(_ motion: CameraMotion, level: Int) -> Double {
        var sum = 0.0
        var count = 0.0
        visit(motion, level: level) { _, old, new in
            sum += Double(min(abs(motion.gain * old.x + motion.offset - new), 20))
            count += 1
        }
        return count < 24 ? .infinity : sum / count
    }

    /// Improves a motion by one step; false once it hardly changes.
    private func step(_ motion: inout CameraMotion, level: Int, moving: Bool) -> Bool {
        let current = motion
        let limit = max(3, 1.5 * error(current, level: level))
        guard limit.isFinite else { return false }
        let reach = max(current.middle.x, current.middle.y)
        let pitch = Float(1 << level)
        var matrix = [Double](repeating: 0, count: 36)
        var right = [Double](repeating: 0, count: 6)
        var count = 0.0
        visit(current, level: level) { place, old, new in
            let slope = SIMD2(old.y, old.z) * (current.gain / pitch)
            let away = (place - current.middle) / reach
            let turn = slope.y * away.x - slope.x * away.y
            let row: InlineArray<6, Double> = [
                Double(slope.x * away.x + slope.y * away.y), Double(turn), Double(slope.x),
                Double(slope.y), Double(old.x / 128), 1,
            ]
            let residual = Double(current.gain * old.x + current.offset - new)
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
        let shift = abs(change[0]) + abs(change[1]) + abs(change[2]) + abs(change[3])
        return shift > 0.02 * Double(pitch) || abs(change[4]) + abs(change[5]) > 0.2
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
