// SPDX-License-Identifier: Apache-2.0

import Products

/// Prints what plain products reach in each precision, in GFLOP/s: the most of several shapes of
/// the model, on all processors.
func printPeaks() {
    for precision in Precision.allCases {
        print("\(precision) \(Int(measuredPeak(precision) / 1e9))")
    }
}
