// SPDX-License-Identifier: Apache-2.0

import Products
import Tensors

/// Prints where the time of a forward goes and which share of its unit's measured peak each part
/// reaches, as a Markdown table.
///
/// Parts that multiply are held against the peak of products in their precision. The others are
/// moved by vectors, not by products, and have no share.
func printProfile(_ precision: Precision, _ run: () -> Tensor) {
    _ = run()
    let peak = measuredPeak(precision)
    let repeats = 3
    Profile.start()
    let start = ContinuousClock.now
    for _ in 0..<repeats { _ = run() }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let figures = Profile.stop()
    let all = seconds * Double(processorCount)
    print("| part | share of the time | GFLOP/s | share of the peak |")
    print("| --- | ---: | ---: | ---: |")
    var counted = 0.0
    for part in Profile.Part.allCases {
        guard let figure = figures[part], figure.seconds > 0 else { continue }
        counted += figure.seconds
        let share = percent(figure.seconds / all)
        let rate = figure.operations / figure.seconds * Double(processorCount)
        let speed =
            figure.operations > 0 ? "\(Int(rate / 1e9)) | \(percent(rate / peak))" : "– | –"
        print("| \(part.name) | \(share) | \(speed) |")
    }
    print("| everything else | \(percent(1 - counted / all)) | – | – |")
    print("")
    print(
        "\(precision), \(seconds / Double(repeats)) s a forward, "
            + "\(processorCount) threads, peak \(Int(peak / 1e9)) GFLOP/s.")
}

private func percent(_ share: Double) -> String {
    let tenths = Int((share * 1_000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
}
