// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The losses of a training as a picture (SVG 1.1): each step a faint point, and their running mean.
///
/// Its colours follow the reader's: light, or dark.
struct LossCurve {
    /// What stands above it.
    let title: String
    let losses: [Float]
    /// The number of steps that were wanted.
    let steps: Int
    /// How many steps the style holds, where that is not all.
    let kept: Int?

    private static let (width, height) = (960.0, 540.0)
    private static let (left, right, top, bottom) = (92.0, 28.0, 72.0, 72.0)

    /// The content of the file.
    var svg: String {
        let shown = losses.filter(\.isFinite).map { Double($0) }
        let highest = Ticks(upTo: ceiling(shown), about: 5)
        let across = Ticks(upTo: Double(max(steps, 1)), about: 8)
        func x(_ step: Double) -> Double {
            Self.left + (Self.width - Self.left - Self.right) * step / Double(max(steps, 1))
        }
        func y(_ loss: Double) -> Double {
            let part = min(loss, highest.end) / highest.end
            return Self.height - Self.bottom - (Self.height - Self.top - Self.bottom) * part
        }
        var parts = [head]
        for value in highest.values {
            let place = y(value).text
            parts.append(
                "<line class=\"grid\" x1=\"\(x(0).text)\" y1=\"\(place)\""
                    + " x2=\"\((Self.width - Self.right).text)\" y2=\"\(place)\"/>"
                    + "<text class=\"tick\" x=\"\(Self.left - 12)\" y=\"\(place)\" dy=\"0.35em\""
                    + " text-anchor=\"end\">\(highest.text(value))</text>")
        }
        for value in across.values where value <= Double(steps) {
            parts.append(
                "<text class=\"tick\" x=\"\(x(value).text)\""
                    + " y=\"\(Self.height - Self.bottom + 24)\" text-anchor=\"middle\">"
                    + "\(across.text(value))</text>")
        }
        parts.append(
            "<line class=\"axis\" x1=\"\(x(0).text)\" y1=\"\(y(0).text)\""
                + " x2=\"\((Self.width - Self.right).text)\" y2=\"\(y(0).text)\"/>")
        let points = losses.enumerated().filter { $1.isFinite }.map { index, loss in
            "M\(x(Double(index + 1)).text) \(y(Double(loss)).text)h0"
        }
        parts.append("<path class=\"points\" d=\"\(points.joined())\"/>")
        let mean = runningMean.map { "\(x($0.step).text) \(y($0.loss).text)" }
        if mean.count > 1 {
            parts.append("<path class=\"mean\" d=\"M\(mean.joined(separator: "L"))\"/>")
        }
        if let kept {
            let place = x(Double(kept)).text
            let isLate = Double(kept) > 0.6 * Double(steps)
            parts.append(
                "<line class=\"kept\" x1=\"\(place)\" y1=\"\(Self.top)\" x2=\"\(place)\""
                    + " y2=\"\(y(0).text)\"/>"
                    + "<text class=\"tick\" x=\"\(place)\" y=\"\(Self.top - 6)\" text-anchor=\""
                    + "\(isLate ? "end" : "start")\">kept: step \(kept); stopped at"
                    + " \(losses.count)</text>")
        }
        parts += [labels, "</svg>\n"]
        return parts.joined(separator: "\n")
    }

    private var head: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540" role="img">
        <title>\(escaped(title))</title>
        <style>
        svg { background: #ffffff; font-family: system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
        text { fill: #1f2328; font-size: 15px; }
        .name { font-size: 20px; font-weight: 600; }
        .tick, .legend { fill: #59636e; font-size: 14px; }
        .grid, .axis { shape-rendering: crispEdges; }
        .grid { stroke: #e3e7eb; }
        .axis { stroke: #8b949e; }
        .points { stroke: #3b82f6; stroke-opacity: 0.35; stroke-width: 4; stroke-linecap: round; }
        .mean { fill: none; stroke: #1d4ed8; stroke-width: 2.5; stroke-linejoin: round; }
        .kept { stroke: #c2410c; stroke-width: 1.5; stroke-dasharray: 6 4; }
        @media (prefers-color-scheme: dark) {
        svg { background: #0d1117; }
        text { fill: #e6edf3; }
        .tick, .legend { fill: #9da7b3; }
        .grid { stroke: #262d36; }
        .axis { stroke: #6e7681; }
        .points { stroke: #60a5fa; stroke-opacity: 0.45; }
        .mean { stroke: #93c5fd; }
        .kept { stroke: #fb923c; }
        }
        </style>
        """
    }

    private var labels: String {
        let middle = (Self.top + Self.height - Self.bottom) / 2
        let end = Self.width - Self.right
        let centre = ((Self.left + end) / 2).text
        return """
            <text class="name" x="\(Self.left.text)" y="36">\(escaped(title))</text>
            <text x="\(centre)" y="\((Self.height - 20).text)" text-anchor="middle">training step</text>
            <text transform="translate(28 \(middle.text)) rotate(-90)" text-anchor="middle">loss</text>
            <path class="points" d="M\((end - 250).text) 31h0"/>
            <text class="legend" x="\((end - 238).text)" y="36">one step</text>
            <path class="mean" d="M\((end - 148).text) 31h28"/>
            <text class="legend" x="\((end - 112).text)" y="36">running mean</text>
            """
    }

    /// What the axis reaches: nearly all points, since a few lie far above.
    private func ceiling(_ losses: [Double]) -> Double {
        guard !losses.isEmpty else { return 1 }
        let sorted = losses.sorted()
        let most = sorted[min(sorted.count - 1, sorted.count * 98 / 100)]
        let means = runningMean.map(\.loss).max() ?? 0
        return max(most, means, 1e-6) * 1.05
    }

    /// At every step the mean of those around it, fewer at the ends.
    private var runningMean: [(step: Double, loss: Double)] {
        let half = max(2, min(25, losses.count / 24))
        let losses = losses.map { Double($0) }
        return losses.indices.compactMap { index in
            let near = losses[max(0, index - half)...min(losses.count - 1, index + half)]
                .filter(\.isFinite)
            guard !near.isEmpty else { return nil }
            return (Double(index + 1), near.reduce(0, +) / Double(near.count))
        }
    }

    private func escaped(_ text: String) -> String {
        text.flatMap { character -> String in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.map(String.init).joined()
    }
}

/// Round numbers along an axis.
private struct Ticks {
    let step: Double
    /// The last of them, at or beyond what was wanted.
    let end: Double
    private let digits: Int

    init(upTo most: Double, about count: Int) {
        let rough = most / Double(count)
        let power = pow(10, log10(rough).rounded(.down))
        let parts = [1.0, 2, 2.5, 5, 10]
        let part = parts.first { $0 * power >= rough * 0.999 } ?? 10
        step = part * power
        end = (most / step).rounded(.up) * step
        digits = max(0, Int(-log10(power).rounded(.down)) + (part == 2.5 ? 1 : 0))
    }

    var values: [Double] {
        (0...Int((end / step).rounded())).map { Double($0) * step }
    }

    /// A value of the axis, with as many digits as the steps have.
    func text(_ value: Double) -> String { fixed(value, digits: digits) }
}

/// A number with so many digits after the point, free of any locale.
private func fixed(_ value: Double, digits: Int) -> String {
    let scale = pow(10, Double(digits))
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let text = String(whole)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
}

extension Double {
    /// A place in the picture, to a tenth.
    fileprivate var text: String { fixed(self, digits: 1) }
}
