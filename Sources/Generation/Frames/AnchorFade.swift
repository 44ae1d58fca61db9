// SPDX-License-Identifier: Apache-2.0

package import Media

/// Makes a clip show given pictures exactly at their frames, and leads over to them around.
///
/// What the model made of a panel differs a little from the panel. That difference is added wholly
/// at the panel's frame, so that the panel is shown bit for bit, and less and less around it: it falls
/// in a straight line to nothing `reach` frames away, or at the next panel where that is nearer.
/// Between two panels nearer than that both have their part.
///
/// Frames go in and come out one after the other, `reach` − 1 frames later at most; memory is that of
/// the panels and of `reach` frames.
package struct AnchorFade: Sendable {
    private let panels: [Int: Picture]
    private let anchors: [Int]
    private let reach: Int
    /// The frames taken and not given back.
    private var waiting: [Picture] = []
    /// How many frames were given back.
    private var given = 0
    /// What is added at the anchors that matter to waiting and coming frames.
    private var residuals: [Int: [Int16]] = [:]

    /// Makes a fade to `panels`, each at the number of its frame, all of the size of the frames.
    package init(panels: [Int: Picture], reach: Int = 4) {
        precondition(reach > 0, "a reach of \(reach) frames")
        precondition(panels.keys.allSatisfy { $0 >= 0 }, "a panel before the first frame")
        self.panels = panels
        self.reach = reach
        anchors = panels.keys.sorted()
    }

    /// Takes the next frame and gives those that are ready.
    package mutating func append(_ picture: Picture) -> [Picture] {
        let index = given + waiting.count
        waiting.append(picture)
        if let panel = panels[index] {
            precondition(
                panel.width == picture.width && panel.height == picture.height,
                "a panel of \(panel.width)x\(panel.height) at frame \(index), which has "
                    + "\(picture.width)x\(picture.height)")
            residuals[index] = zip(panel.pixels, picture.pixels).map { Int16($0) - Int16($1) }
        }
        return release { anchor in anchor <= index }
    }

    /// Gives the frames that are left; panels beyond the last frame are not shown.
    package mutating func finish() -> [Picture] {
        release { _ in true }
    }

    /// Gives frames back up to the first that depends on an anchor not known yet.
    private mutating func release(isKnown: (_ anchor: Int) -> Bool) -> [Picture] {
        var ready: [Picture] = []
        while let picture = waiting.first {
            let before = anchors.last { $0 <= given }
            let after = anchors.first { $0 > given }
            if let after, after - given < reach, !isKnown(after) { break }
            waiting.removeFirst()
            let sources = [(before, after), (after, before)].compactMap { anchor, other in
                part(of: anchor, beside: other)
            }
            ready.append(sources.isEmpty ? picture : picture.adding(sources))
            given += 1
            // Anchors before the nearest one reach no further than to it.
            residuals = residuals.filter { $0.key >= before ?? 0 }
        }
        return ready
    }

    /// The residual of an anchor and its weight at the frame that is next to be given.
    private func part(of anchor: Int?, beside other: Int?) -> (residual: [Int16], weight: Float)? {
        guard let anchor, let residual = residuals[anchor] else { return nil }
        let reach = min(reach, other.map { abs($0 - anchor) } ?? reach)
        let distance = abs(given - anchor)
        return distance < reach ? (residual, 1 - Float(distance) / Float(reach)) : nil
    }
}

extension Picture {
    /// The picture plus residuals, each by its weight, rounded to whole levels.
    fileprivate func adding(_ parts: [(residual: [Int16], weight: Float)]) -> Picture {
        Picture(width: width, height: height) { y, samples in
            let start = 3 * y * width
            for index in 0..<3 * width {
                var value = Float(pixels[start + index])
                for part in parts { value += part.weight * Float(part.residual[start + index]) }
                samples[index] = level(value)
            }
        }
    }
}
