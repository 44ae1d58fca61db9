// SPDX-License-Identifier: Apache-2.0

/// What was selected on the first picture, and what of it is the subject.
///
/// A box holds background in its corners. Colours that the surroundings explain better than the
/// rest of the selection does are taken for background; what remains is the core, which is tracked.
struct Selection {
    let selected: Plane<Float>
    let core: Plane<Float>
    let histogram: ColourHistogram
    /// Whether nearly all that is selected is subject: a mask drawn along the silhouette.
    let isPrecise: Bool
    /// Whether colours tell the subject from the background that was selected with it.
    let isTold: Bool

    init(_ selected: Plane<Float>, on picture: Plane<SIMD4<Float>>, backdrop: Backdrop) {
        self.selected = selected
        var belief = selected
        var colours = ColourHistogram()
        let whole = max(1e-3, selected.values.reduce(0, +))
        for _ in 0..<6 {
            colours = ColourHistogram()
            for index in belief.values.indices where belief.values[index] > 0.1 {
                colours.add(picture.values[index], weight: belief.values[index])
            }
            colours.settle()
            for index in belief.values.indices {
                let chosen = selected.values[index]
                guard chosen > 0.02 else { continue }
                let colour = picture.values[index]
                let inside = colours.density(colour) + ColourHistogram.even
                let outside = backdrop.histogram.density(colour) + ColourHistogram.even
                belief.values[index] = chosen * inside / (inside + outside)
            }
            // Neighbours vote: a pixel alone among others is most likely noise.
            let votes = belief.blurred(radius: 1)
            for index in belief.values.indices where selected.values[index] > 0.02 {
                let vote = 0.5 * (belief.values[index] + votes.values[index])
                let sharp = min(1, max(0, 0.5 + 1.6 * (vote / selected.values[index] - 0.45)))
                belief.values[index] = selected.values[index] * sharp
            }
        }
        let share = belief.values.reduce(0, +) / whole
        isTold = share >= 0.3
        if share < 0.08 {
            // The colours do not tell: everything selected is followed.
            core = selected
            isPrecise = false
        } else {
            isPrecise = share > 0.86 && !Self.isBox(selected)
            var certain = selected
            if !isPrecise {
                let rest: Float = isTold ? 0 : 0.3
                for index in certain.values.indices {
                    certain.values[index] = max(belief.values[index], rest * certain.values[index])
                }
            }
            core = certain
        }
        var all = ColourHistogram()
        for index in core.values.indices where core.values[index] > 0.3 {
            all.add(picture.values[index], weight: core.values[index])
        }
        all.settle()
        histogram = all
    }

    /// Whether the selection is one filled rectangle.
    private static func isBox(_ selected: Plane<Float>) -> Bool {
        let bounds = Bounds(of: selected)
        for y in bounds.top..<bounds.top + bounds.height {
            for x in bounds.left..<bounds.left + bounds.width where selected[x, y] < 0.25 {
                return false
            }
        }
        return true
    }
}
