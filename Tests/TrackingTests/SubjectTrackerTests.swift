// SPDX-License-Identifier: Apache-2.0

import Media
import Testing
import Tracking

@Suite struct SubjectTrackerTests {
    @Test func aStillSubjectStays() {
        let picture = Picture(width: 2, height: 1, pixels: [0, 0, 0, 255, 0, 0])
        let mask = Mask(width: 2, height: 1, values: [0, 255])
        var tracker = SubjectTracker(mask, on: picture)
        #expect(tracker.follow(picture) == mask)
    }
}
