// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Media

/// Gives pictures the mean colour and the spread of colours of others.
///
/// The linear map of Monge and Kantorovich: of all that carry the one mean and covariance to the
/// other, the one that changes colours least (Pitié and Kokaram, "The linear Monge-Kantorovitch
/// linear colour mapping for example-based colour transfer", CVMP 2007). It stretches or compresses
/// no colour axis by more than `gains`, and a pair of flat pictures is only shifted.
package struct ColourMatch: Sendable {
    /// How much the spread along a colour axis may change.
    package static let gains = 0.5...2.0

    private let map: SymmetricMatrix
    private let from: SIMD3<Double>
    private let to: SIMD3<Double>
    private let isIdentity: Bool

    /// Makes the map from the colours of the pictures `from` to those of `to`; neither is empty.
    package init(from: [Picture], to: [Picture]) {
        let (old, new) = (ColourSums(of: from), ColourSums(of: to))
        isIdentity = old == new
        self.from = old.mean
        self.to = new.mean
        // One level of noise on every axis: a flat picture has no spread that could be divided by.
        let (a, b) = (
            old.covariance + .identity, new.covariance + .identity
        )
        let root = a.map { sqrt(max($0, 1)) }
        let inverse = a.map { 1 / sqrt(max($0, 1)) }
        map = b.between(root).map { sqrt(max($0, 0)) }.between(inverse)
            .map { min(max($0, ColourMatch.gains.lowerBound), ColourMatch.gains.upperBound) }
    }

    /// The picture with its colours mapped; the same bits where both sets had the same colours.
    package func callAsFunction(_ picture: Picture) -> Picture {
        if isIdentity { return picture }
        let shift = SIMD3<Float>(to - map.applied(to: from))
        let columns = map.rows.map { SIMD3<Float>($0) }
        let (first, second, third) = (columns[0], columns[1], columns[2])
        return Picture(width: picture.width, height: picture.height) { y, samples in
            let pixels = picture.pixels.span
            let start = 3 * y * picture.width
            for x in stride(from: 0, to: 3 * picture.width, by: 3) {
                // The map is symmetric: its rows are its columns.
                let colour =
                    shift + first * Float(pixels[start + x])
                    + second * Float(pixels[start + x + 1])
                    + third * Float(pixels[start + x + 2])
                for channel in 0..<3 { samples[x + channel] = level(colour[channel]) }
            }
        }
    }
}

/// Sums over all pixels of some pictures, exact: equal colours give equal sums.
private struct ColourSums: Equatable {
    private var count = 0
    private var sums = SIMD3<Int>.zero
    /// Σ R·colour, Σ G·colour, Σ B·colour.
    private var products = [SIMD3<Int>](repeating: .zero, count: 3)

    init(of pictures: [Picture]) {
        precondition(!pictures.isEmpty, "no pictures whose colours could be matched")
        for picture in pictures {
            let pixels = picture.pixels.span
            for start in stride(from: 0, to: pixels.count, by: 3) {
                let colour = SIMD3(
                    Int(pixels[start]), Int(pixels[start + 1]), Int(pixels[start + 2]))
                sums &+= colour
                products[0] &+= colour &* colour.x
                products[1] &+= colour &* colour.y
                products[2] &+= colour &* colour.z
            }
            count += picture.width * picture.height
        }
    }

    var mean: SIMD3<Double> { SIMD3<Double>(sums) / Double(count) }

    var covariance: SymmetricMatrix {
        let mean = mean
        return SymmetricMatrix(
            rows: (0..<3).map { SIMD3<Double>(products[$0]) / Double(count) - mean * mean[$0] })
    }
}
