// SPDX-License-Identifier: Apache-2.0

extension Mode {
    /// How the subject of a mask is found.
    package enum MaskSelection: Equatable, Sendable {
        /// A picture, which belongs to the frame at `at` seconds, or a video in which white means
        /// change.
        case file(MediaPath, at: Double)
        /// A rectangle in fractions of the frame, on the picture at `at` seconds.
        case box(x: Double, y: Double, width: Double, height: Double, at: Double)
        /// A closed line around the subject, on the picture at `at` seconds; 3 points or more, not
        /// all on one straight line.
        case outline([Point], at: Double)
        /// Everything near a colour (components 0 to 255, tolerance 0 to 1).
        case color(red: UInt8, green: UInt8, blue: UInt8, tolerance: Double)
    }

    /// A place in the frame, in fractions from the left and from the top, 0 to 1.
    package struct Point: Equatable, Sendable {
        package var x: Double
        package var y: Double

        /// Makes a point.
        package init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }
}
