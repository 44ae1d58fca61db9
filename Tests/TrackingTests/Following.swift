// SPDX-License-Identifier: Apache-2.0

import Media
import Tracking

/// What became of one clip.
struct Following: Sendable {
    var clip: Clip
    /// The overlap with the truth on each picture after the first.
    var overlaps: [Double] = []
    /// Whether the tracker held the subject for lost on each of them.
    var losses: [Bool] = []
    /// The time that tracking took for each picture; two clips are tracked at once.
    var milliseconds = 0.0
    /// The overlap at the end of a mask that stays where it was.
    var unmoved = 0.0

    /// Tracks a clip from its first picture to its last.
    init(_ clip: Clip) {
        self.clip = clip
        let start = clip.selection()
        var tracker = SubjectTracker(start, on: clip.frame(0).picture)
        for index in 1..<clip.count {
            let (picture, truth) = clip.frame(index)
            let wanted = clip.selection(at: index, truth: truth)
            let began = ContinuousClock.now
            let mask = tracker.follow(picture)
            milliseconds +=
                (ContinuousClock.now - began) / .milliseconds(1) / Double(clip.count - 1)
            overlaps.append(mask.overlap(wanted))
            losses.append(tracker.isLost)
            unmoved = start.overlap(wanted)
        }
    }

    var last: Double { overlaps[overlaps.count - 1] }

    /// A line of the table that the tests print.
    var line: String {
        let name = clip.name + String(repeating: " ", count: max(1, 34 - clip.name.count))
        let kind =
            clip.start.rawValue + String(repeating: " ", count: 9 - clip.start.rawValue.count)
        let size = "\(clip.width)x\(clip.height)"
        let numbers = [last, unmoved].map { value in
            let thousandths = Int((value * 1000).rounded())
            let digits = String(1000 + thousandths % 1000).dropFirst()
            return "\(thousandths / 1000).\(digits)"
        }
        return name + kind + size + String(repeating: " ", count: 9 - size.count)
            + numbers.joined(separator: "  ") + "       \(Int(milliseconds.rounded()))"
    }

    /// Every clip of the suite, tracked once for all tests.
    static let all = Task { () -> [Following] in
        await withTaskGroup(of: (Int, Following).self) { group in
            for (index, clip) in Clip.suite.enumerated() {
                group.addTask { (index, Following(clip)) }
            }
            var done: [Int: Following] = [:]
            for await (index, following) in group { done[index] = following }
            return done.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
