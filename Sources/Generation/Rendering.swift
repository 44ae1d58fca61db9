// SPDX-License-Identifier: Apache-2.0
//
// n frames, H rows, W columns of pixels.

import Digests
import Glibc
import Media
import Requests
import Tensors

/// The files of a result while frames arrive: the video or the folder of frames, and the poster.
final class Rendering {
    private let directory: String
    private let name: String
    /// The folder of the frames, called like the result.
    private let folder: String
    private let frameRate: FrameRate
    private let posterFrame: Int
    private let size: (width: Int, height: Int)
    /// Absent where the frames go to a folder.
    private var encoder: VideoEncoder?
    private var frames = 0

    /// Files that stand beside the folder of frames, whose name a request may happen to have.
    private static let neighbours = ["poster.jpg", "request.json", "result.json"]

    /// Opens the files of a result called `name` in `directory`.
    ///
    /// - Throws: `GenerationError.media` and `.folder`.
    init(
        plan: Plan, name: String, in directory: String, comment: String
    ) throws(GenerationError) {
        self.directory = directory
        self.name = name
        folder = Rendering.neighbours.contains(name) ? "\(name)-frames" : name
        frameRate = plan.frameRate
        posterFrame = plan.frames / 2
        size = (plan.width, plan.height)
        guard plan.format == .mp4 else {
            let path = "\(directory)/\(folder)"
            guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else {
                throw .folder(path: path, errno: errno)
            }
            return
        }
        do {
            encoder = try VideoEncoder(
                path: "\(directory)/\(name).mp4", width: plan.width, height: plan.height,
                framesPerSecond: frameRate, comment: comment)
        } catch { throw .media(error) }
    }

    /// Writes frames (n, 3, H, W) with values in −1…1.
    ///
    /// - Throws: `GenerationError.media`.
    func append(_ tensor: Tensor) throws(GenerationError) {
        do throws(MediaError) {
            for index in 0..<tensor.shape[0] {
                let picture = Picture(frame: index, of: tensor)
                if frames == posterFrame {
                    try PictureFile.writeJPEG(picture, to: "\(directory)/poster.jpg")
                }
                if encoder != nil {
                    try encoder?.append(picture)
                } else {
                    try PictureFile.writePNG(picture, to: "\(directory)/\(frameName(frames))")
                }
                frames += 1
            }
        } catch { throw .media(error) }
    }

    /// Completes the files and says what they are.
    ///
    /// - Throws: `GenerationError.media` and `.digest`.
    func finish() throws(GenerationError) -> [ResultRecord.File] {
        var files: [ResultRecord.File] = []
        if let encoder = encoder.take() {
            do { try encoder.finish() } catch { throw .media(error) }
            files.append(try entry("\(name).mp4", frames: frames, rate: frameRate.value))
        } else {
            for index in 0..<frames { files.append(try entry(frameName(index), frames: 1)) }
        }
        files.append(try entry("poster.jpg", frames: 1))
        return files
    }

    private func frameName(_ index: Int) -> String {
        let digits = String(index)
        return "\(folder)/\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).png"
    }

    private func entry(
        _ file: String, frames: Int, rate: Double? = nil
    ) throws(GenerationError) -> ResultRecord.File {
        let path = "\(directory)/\(file)"
        do {
            let (bytes, digest) = try SHA256.sizeAndDigest(ofFile: path)
            return ResultRecord.File(
                name: file, bytes: bytes, sha256: digest, width: size.width, height: size.height,
                frames: frames, framesPerSecond: rate)
        } catch { throw .digest(error) }
    }
}

extension Picture {
    /// One frame of (n, 3, H, W), −1…1, as 8-bit pixels, rounded to the nearest level.
    init(frame index: Int, of tensor: Tensor) {
        let (height, width) = (tensor.shape[2], tensor.shape[3])
        let plane = height * width
        var pixels = [UInt8](repeating: 0, count: 3 * plane)
        let start = index * 3 * plane
        for channel in 0..<3 {
            for i in 0..<plane {
                let value = tensor.values[start + channel * plane + i] * 127.5 + 127.5
                pixels[3 * i + channel] = UInt8(min(max(value.rounded(), 0), 255))
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }
}
