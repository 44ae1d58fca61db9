// SPDX-License-Identifier: Apache-2.0

extension Mode {
    /// How the camera moves over a still picture, each −10 to 10 and at least one not 0.
    ///
    /// As in Gen-2, a positive number moves the camera to the right (`pan`), up (`tilt`), nearer
    /// (`zoom`) and turns it clockwise (`roll`).
    package struct CameraMove: Equatable, Sendable {
        package var pan: Double
        package var tilt: Double
        package var zoom: Double
        package var roll: Double

        /// Makes a move; what is not said does not move.
        package init(pan: Double = 0, tilt: Double = 0, zoom: Double = 0, roll: Double = 0) {
            self.pan = pan
            self.tilt = tilt
            self.zoom = zoom
            self.roll = roll
        }
    }
}
