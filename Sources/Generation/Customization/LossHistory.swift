// SPDX-License-Identifier: Apache-2.0

/// The losses of a training so far, and whether they still get less.
struct LossHistory: Sendable {
    /// Of each step the mean over its examples, from the first on.
    private(set) var losses: [Float] = []
    /// The least mean of as many steps as the window has; nil before there were so many.
    private(set) var best: Double?
    private(set) var isDiverged = false
    /// Steps that the running mean is taken over: noise levels are drawn, so that single losses say
    /// little.
    let window: Int

    /// How far the running mean may rise above the best one.
    private static let limit = 2.0

    /// * `batch`: Examples of one step.
    init(batch: Int) {
        window = max(25, (200 + batch - 1) / batch)
    }

    /// The mean of the last steps; nil before there were enough.
    var mean: Double? {
        guard losses.count >= window else { return nil }
        return losses.suffix(window).reduce(0) { $0 + Double($1) } / Double(window)
    }

    /// Takes in the loss of the next step; answers whether it is the best time so far.
    mutating func append(_ loss: Float) -> Bool {
        losses.append(loss)
        guard loss.isFinite else {
            isDiverged = true
            return false
        }
        guard let mean else { return false }
        guard let best, mean >= best else {
            self.best = mean
            return true
        }
        isDiverged = mean > Self.limit * best
        return false
    }
}
