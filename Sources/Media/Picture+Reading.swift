// SPDX-License-Identifier: Apache-2.0

extension PictureFile {
    /// Reads one picture: upright, at its full size; of a moving file the first one.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - background: what is seen through transparent pixels.
    /// - Returns: the picture, in whatever colours it was stored, as sRGB.
    /// - Throws: `fileFailed`, `notMedia`, `damaged`, `beyondLimit`, `decoderMissing`.
    package static func read(
        _ path: String, background: Background = .white
    ) throws(MediaError) -> Picture {
        var source = try FrameSource(path: path)
        var frame = Frame()
        // The first call gives a frame or throws.
        _ = try source.next(&frame)
        var converter = FrameConverter(size: nil, background: background, path: path)
        return try converter.picture(of: frame, source.appearance(of: frame))
    }
}

extension Picture {
    /// The picture scaled to cover `width` × `height`, and cut evenly at both ends.
    ///
    /// A picture that has this size already comes back unchanged.
    ///
    /// - Throws: `beyondLimit` when the picture is so narrow that it would have to grow beyond
    ///   ``MediaLimits/stillPixels``.
    package func framed(
        width: Int, height: Int, scaling: Scaling = .smooth, framing: Framing = .cover
    ) throws(MediaError) -> Picture {
        precondition(width > 0 && height > 0, "pictures of \(width)x\(height) have no pixels")
        guard width != self.width || height != self.height else { return self }
        var frame = Frame(width: self.width, height: self.height, layout: .rgb)
        frame.load(self)
        var converter = FrameConverter(
            size: (width, height), framing: framing, scaling: scaling, path: "picture")
        return try converter.picture(
            of: frame, Appearance(orientation: .upright, pixelShape: 1, isVideo: false))
    }
}

extension Mask {
    /// The brightness of a picture as a mask: white selects, black does not.
    ///
    /// Luma of ITU-R BT.601 (0.299, 0.587, 0.114), rounded; white gives exactly 255.
    package init(luminanceOf picture: Picture) {
        let pixels = picture.pixels
        let values = (0..<picture.width * picture.height).map { index in
            let (red, green) = (Int(pixels[3 * index]), Int(pixels[3 * index + 1]))
            let blue = Int(pixels[3 * index + 2])
            return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
        }
        self.init(width: picture.width, height: picture.height, values: values)
    }
}
