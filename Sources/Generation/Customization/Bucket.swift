// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The size and length that an example is brought to.
struct Bucket: Hashable, Sendable {
    /// Pixels.
    let width: Int
    let height: Int
    /// One, and whole latent frames after it.
    var frames: Int
}

/// The sizes of about one area that a model can do, of which each example gets the one whose shape is
/// nearest to its own.
struct BucketShapes: Sendable {
    let shapes: [(width: Int, height: Int)]

    /// * `area`: Pixels; the sizes have three quarters to four thirds of it.
    /// * `steps`, `limits`: Of the sides, which are multiples of their step.
    init(
        area: Int, steps: (width: Int, height: Int), limits: (width: Int, height: Int),
        ratio: ClosedRange<Double>
    ) {
        var shapes: [(width: Int, height: Int)] = []
        for width in stride(from: steps.width, through: limits.width, by: steps.width) {
            let wanted = Double(area) / Double(width)
            let rows = (wanted / Double(steps.height)).rounded()
            let height = Int(max(1, rows)) * steps.height
            let part = Double(width * height) / Double(area)
            guard height <= limits.height, ratio.contains(Double(width) / Double(height)),
                (0.74...1.34).contains(part)
            else { continue }
            shapes.append((width, height))
        }
        self.shapes = shapes
    }

    /// The size nearest to a shape; of two that are equally near the one with more pixels.
    func nearest(to width: Int, _ height: Int) -> (width: Int, height: Int)? {
        let wanted = log(Double(width) / Double(height))
        return shapes.min { first, second in
            let distances = [first, second].map {
                (abs(log(Double($0.width) / Double($0.height)) - wanted) * 1e6).rounded()
            }
            if distances[0] != distances[1] { return distances[0] < distances[1] }
            return first.width * first.height > second.width * second.height
        }
    }
}
