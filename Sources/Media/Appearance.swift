// SPDX-License-Identifier: Apache-2.0

/// What is between the samples of a decoded frame and what is seen.
struct Appearance: Equatable {
    var orientation: Orientation
    /// Width of a pixel divided by its height.
    var pixelShape: Double
    /// Whether unspecified colours follow the customs of video, not those of pictures.
    var isVideo: Bool

    /// The upright size in square pixels of a stored size; the side that is too short grows.
    func size(width: Int, height: Int) -> (width: Int, height: Int) {
        let wide = pixelShape > 1 ? Int((Double(width) * pixelShape).rounded()) : width
        let tall = pixelShape < 1 ? Int((Double(height) / pixelShape).rounded()) : height
        return orientation.swapsAxes ? (tall, wide) : (wide, tall)
    }
}

extension Orientation {
    /// Reads the nine 32-bit numbers of libav's display matrix (libavutil/display.h).
    init(displayMatrix data: UnsafeMutablePointer<UInt8>) {
        let raw = UnsafeRawPointer(data)
        func value(_ index: Int) -> Int32 {
            unsafe raw.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)
        }
        self.init(a: value(0), b: value(1), c: value(3), d: value(4))
    }
}
