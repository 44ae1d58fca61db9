// SPDX-License-Identifier: Apache-2.0
//
// n frames, H rows, W columns of pixels.

import Digests
import Glibc
package import Media
import Requests
import Tensors

/// The files of a result while frames arrive: the video or the folder of frames, and the poster.
struct Rendering: ~Copyable {
    private let directory: String
    private let name: String
    private let frameRate: FrameRate
    private let posterFrame: Int
    private var size: (width: Int, height: Int) = (0, 0)
    private var frames = 0
    private var sink: Sink

    private enum Sink: ~Copyable {
        case video(VideoEncoder)
        case folder
        case closed
    }

    /// Opens the files of a result called `name` in `directory`.
    init(
        plan: Plan, name: String, in directory: String, comment: String
    ) throws(GenerationError) {
        self.directory = directory
        self.name = name
        frameRate = plan.frameRate
        posterFrame = plan.frames / 2
        if plan.format == .png {
            let path = "\(directory)/\(name)"
            guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
                throw .folder(path: path, errno: errno)
            }
            sink = .folder
        } else {
            do {
                sink = .video(
                    try VideoEncoder(
                        path: "\(directory)/\(name).mp4", width: plan.width, height: plan.height,
                        framesPerSecond: frameRate, comment: comment))
            } catch { throw .media(error) }
        }
    }

    /// Writes frames (n, 3, H, W) with values in −1…1.
    mutating func append(_ tensor: Tensor) throws(GenerationError) {
        for index in 0..<tensor.shape[0] {
            let picture = Picture(frame: index, of: tensor)
            size = (picture.width, picture.height)
            do {
                if frames == posterFrame {
                    try PictureFile.writeJPEG(picture, to: "\(directory)/poster.jpg")
                }
                try write(picture)
            } catch { throw .media(error) }
            frames += 1
        }
    }

    private mutating func write(_ picture: Picture) throws(MediaError) {
        switch consume sink {
        case .video(var encoder):
            sink = .closed
            try encoder.append(picture)
            sink = .video(encoder)
        case .folder:
            sink = .folder
            try PictureFile.writePNG(picture, to: "\(directory)/\(frameName(frames))")
        case .closed:
            preconditionFailure("a frame after an error")
        }
    }

    private func frameName(_ index: Int) -> String {
        let digits = String(index)
        return "\(name)/\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).png"
    }

    /// Completes the files and says what they are.
    consuming func finish() throws(GenerationError) -> [ResultRecord.File] {
        let (directory, name, frameRate) = (directory, name, frameRate)
        let (size, frames) = (size, frames)
        var files: [ResultRecord.File] = []
        let entry = { (file: String, frames: Int, rate: Double?) throws(GenerationError) in
            ResultRecord.File(
                name: file, bytes: fileSize("\(directory)/\(file)"),
                sha256: try digest("\(directory)/\(file)"), width: size.width,
                height: size.height, frames: frames, framesPerSecond: rate)
        }
        switch consume sink {
        case .video(let encoder):
            do { try encoder.finish() } catch { throw .media(error) }
            files.append(try entry("\(name).mp4", frames, frameRate.value))
        case .folder:
            for index in 0..<frames {
                let digits = String(index)
                let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
                files.append(try entry("\(name)/\(zeros)\(digits).png", 1, nil))
            }
        case .closed:
            preconditionFailure("finished after an error")
        }
        files.append(try entry("poster.jpg", 1, nil))
        return files
    }
}

private func digest(_ path: String) throws(GenerationError) -> String {
    do { return try SHA256.ofFile(path) } catch { throw .digest(error) }
}

private func fileSize(_ path: String) -> Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
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
