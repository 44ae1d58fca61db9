// SPDX-License-Identifier: Apache-2.0

extension Mode {
    /// What a restyling starts from.
    package enum Source: Equatable, Sendable {
        case video(MediaPath)
        /// At least one panel, in the order of the request; all of them have a time or none has.
        case panels([Panel])
        /// One picture that holds a grid of panels, read line by line.
        ///
        /// Columns and rows are nil together: then the gutters between the panels tell. Times are
        /// nil where the panels are spread evenly from the first frame to the last.
        case sheet(image: MediaPath, columns: Int?, rows: Int?, times: [Double]?)
    }

    /// A picture that the video shows at a time.
    package struct Panel: Equatable, Sendable {
        package var image: MediaPath
        /// Seconds from the start, not negative; nil where the panels are spread evenly.
        package var at: Double?
    }
}
