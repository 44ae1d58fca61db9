// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A symmetric matrix of three rows and columns.
struct SymmetricMatrix: Sendable, Equatable {
    var rows: [SIMD3<Double>]

    static let identity = SymmetricMatrix(rows: [
        SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1),
    ])

    static func + (a: SymmetricMatrix, b: SymmetricMatrix) -> SymmetricMatrix {
        SymmetricMatrix(rows: zip(a.rows, b.rows).map { $0 + $1 })
    }

    static func * (factor: Double, a: SymmetricMatrix) -> SymmetricMatrix {
        SymmetricMatrix(rows: a.rows.map { $0 * factor })
    }

    /// a·self·a.
    func between(_ a: SymmetricMatrix) -> SymmetricMatrix {
        let half = SymmetricMatrix.product(a.rows, rows)
        return SymmetricMatrix(rows: SymmetricMatrix.product(half, a.rows))
    }

    func applied(to vector: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3((rows[0] * vector).sum(), (rows[1] * vector).sum(), (rows[2] * vector).sum())
    }

    /// The matrix of the same axes whose eigenvalues are those of this one under `function`.
    ///
    /// The axes come from Jacobi's rotations (Golub and Van Loan, "Matrix Computations", 8.5), which
    /// converge quadratically: of three rows, a few rounds are all there is to do.
    func map(_ function: (Double) -> Double) -> SymmetricMatrix {
        var a = rows
        var axes = SymmetricMatrix.identity.rows
        for _ in 0..<16 {
            for (p, q) in [(0, 1), (0, 2), (1, 2)] where a[p][q] != 0 {
                let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + sqrt(ratio * ratio + 1))
                let cosine = 1 / sqrt(tangent * tangent + 1)
                let sine = tangent * cosine
                for k in 0..<3 {
                    (a[k][p], a[k][q]) = (
                        cosine * a[k][p] - sine * a[k][q], sine * a[k][p] + cosine * a[k][q]
                    )
                }
                (a[p], a[q]) = (cosine * a[p] - sine * a[q], sine * a[p] + cosine * a[q])
                (axes[p], axes[q]) = (
                    cosine * axes[p] - sine * axes[q], sine * axes[p] + cosine * axes[q]
                )
            }
        }
        return (0..<3).reduce(0 * SymmetricMatrix.identity) { sum, k in
            let axis = axes[k]
            let value = function(a[k][k])
            return sum
                + SymmetricMatrix(rows: (0..<3).map { axis * (axis[$0] * value) })
        }
    }

    private static func product(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) -> [SIMD3<Double>] {
        a.map { row in b[0] * row[0] + b[1] * row[1] + b[2] * row[2] }
    }
}
