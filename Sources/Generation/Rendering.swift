// SPDX-License-Identifier: Apache-2.0

import Digests
import Glibc
import Media
import Requests

/// The files of a result while pictures arrive, clip after clip: videos or folders of frames, and for
/// who looks through results one poster, one contact sheet and one short looping preview.
final class Rendering {
    private let plan: Plan
    private let name: String
    private let directory: String
    private var clip: OpenClip?
    /// The video of the open clip; absent where its frames go to a folder.
    private var encoder: VideoEncoder?
    private var sheet: ContactSheet
    /// Of the first clip, while that is open.
    private var loop: LoopingPreview?
    private var files: [ResultRecord.File] = []

    /// The clip whose pictures arrive.
    private struct OpenClip {
        /// Of its file or folder.
        let name: String
        let seed: UInt64
        var frames = 0
    }

    /// Names that stand beside a folder of frames; a request may happen to be called so.
    private static let neighbours = pictures + ["request.json", "result.json"]
    private static let poster = "poster.jpg"
    private static let contactSheet = "contact-sheet.jpg"
    private static let preview = "preview.webp"
    /// The pictures beside the videos, in the order of the record.
    private static let pictures = [poster, contactSheet, preview]

    /// Pixels of the longer side of a frame on the contact sheet, at most: fewer where many clips share
    /// it, so that its memory stays that of a large photograph.
    private static func cellSide(clips: Int) -> Double { clips <= 4 ? 320 : 160 }

    /// Describes the files of a result called `name` in `directory`; none is made yet.
    init(name: String, in directory: String, plan: Plan) {
        self.name = name
        self.directory = directory
        self.plan = plan
        let scale = min(
            1, Self.cellSide(clips: plan.variations) / Double(max(plan.width, plan.height)))
        sheet = ContactSheet(
            columns: 6, rows: plan.variations, frames: plan.frames,
            cellWidth: max(1, Int((Double(plan.width) * scale).rounded())),
            cellHeight: max(1, Int((Double(plan.height) * scale).rounded())),
            framesPerSecond: plan.frameRate.value)
    }

    /// Opens the files of one clip.
    ///
    /// * `sound`: The path of a file whose sound goes along.
    /// - Throws: `GenerationError.media` and `.folder`.
    func begin(
        take: Int, seed: UInt64, sound: String?, comment: String
    ) throws(GenerationError) {
        let stem = plan.variations == 1 ? name : "\(name)-\(take + 1)"
        let format = VideoFormat(plan.format)
        // A request may be called so, and its animated WebP is a preview of itself.
        if take == 0, format.map({ "\(stem).\($0.fileExtension)" }) != Self.preview {
            do throws(MediaError) {
                loop = try LoopingPreview(
                    path: "\(directory)/\(Self.preview)", width: plan.width, height: plan.height,
                    framesPerSecond: plan.frameRate, comment: comment)
            } catch { throw .media(error) }
        }
        guard let format else {
            let folder = Rendering.neighbours.contains(stem) ? "\(stem)-frames" : stem
            let path = "\(directory)/\(folder)"
            guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else {
                throw .folder(path: path, errno: errno)
            }
            clip = OpenClip(name: folder, seed: seed)
            return
        }
        let file = "\(stem).\(format.fileExtension)"
        let seconds = Double(plan.frames) / plan.frameRate.value
        do throws(MediaError) {
            encoder = try VideoEncoder(
                path: "\(directory)/\(file)", width: plan.width, height: plan.height,
                framesPerSecond: plan.frameRate, comment: comment, format: format,
                delivery: try Delivery(plan.delivery),
                sound: sound.map { SoundSource(path: $0, seconds: seconds) })
            clip = OpenClip(name: file, seed: seed)
        } catch { throw .media(error) }
    }

    /// Writes the next pictures of the clip.
    ///
    /// - Throws: `GenerationError.media`.
    func append(_ pictures: [Picture]) throws(GenerationError) {
        for picture in pictures {
            let picture = plan.isMarked ? VisibleMark.added(to: picture) : picture
            do { try append(picture) } catch { throw .media(error) }
        }
    }

    private func append(_ picture: Picture) throws(MediaError) {
        guard let number = clip?.frames, let name = clip?.name else {
            preconditionFailure("no clip is open")
        }
        if number == plan.frames / 2, !files.contains(where: { $0.name == Self.poster }) {
            try PictureFile.writeJPEG(picture, to: "\(directory)/\(Self.poster)")
            files.append(unmeasured(Self.poster, width: plan.width, height: plan.height))
        }
        sheet.append(picture)
        try loop?.append(picture)
        if encoder != nil {
            try encoder?.append(picture)
        } else {
            let digits = String(number)
            let file =
                "\(name)/\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).png"
            try PictureFile.writePNG(picture, to: "\(directory)/\(file)")
            files.append(unmeasured(file, width: plan.width, height: plan.height, seed: clip?.seed))
        }
        clip?.frames += 1
    }

    /// Completes the files of the clip and says what the user should know about them.
    ///
    /// - Throws: `GenerationError.media`.
    func endTake() throws(GenerationError) -> [String] {
        guard let clip = clip.take() else { preconditionFailure("no clip is open") }
        if let loop = loop.take() {
            do throws(MediaError) {
                let stored = try loop.finish()
                files.append(
                    unmeasured(
                        Self.preview, width: stored.width, height: stored.height,
                        frames: stored.frames, rate: stored.framesPerSecond.value, seed: clip.seed))
            } catch { throw .media(error) }
        }
        guard let encoder = encoder.take() else { return [] }
        let stored: StoredVideo
        do { stored = try encoder.finish() } catch { throw .media(error) }
        files.append(
            unmeasured(
                clip.name, width: stored.width, height: stored.height, frames: stored.frames,
                rate: stored.framesPerSecond.value, seed: clip.seed))
        return stored.soundProblem.map { [$0] } ?? []
    }

    /// Completes what all clips share and measures every file.
    ///
    /// - Returns: The videos or frames first, then the pictures beside them.
    /// - Throws: `GenerationError.media` and `.digest`.
    func finish() throws(GenerationError) -> [ResultRecord.File] {
        let picture = sheet.picture
        do {
            try PictureFile.writeJPEG(picture, to: "\(directory)/\(Self.contactSheet)")
        } catch { throw .media(error) }
        files.append(unmeasured(Self.contactSheet, width: picture.width, height: picture.height))
        let beside = Self.pictures.compactMap { name in files.first { $0.name == name } }
        files = files.filter { !beside.contains($0) } + beside
        do {
            for index in files.indices {
                (files[index].bytes, files[index].sha256) = try SHA256.sizeAndDigest(
                    ofFile: "\(directory)/\(files[index].name)")
            }
        } catch { throw .digest(error) }
        return files
    }

    /// An entry whose file is still open.
    private func unmeasured(
        _ name: String, width: Int, height: Int, frames: Int = 1, rate: Double? = nil,
        seed: UInt64? = nil
    ) -> ResultRecord.File {
        ResultRecord.File(
            name: name, bytes: 0, sha256: "", width: width, height: height, frames: frames,
            framesPerSecond: rate, seed: seed)
    }
}

extension VideoFormat {
    /// The kind of file; nil for a folder of frames.
    init?(_ format: Request.Format) {
        switch format {
        case .mp4: self = .mp4
        case .webm: self = .webm
        case .gif: self = .gif
        case .webp: self = .webp
        case .png: return nil
        }
    }
}

extension Delivery {
    fileprivate init(_ wanted: Request.Delivery?) throws(MediaError) {
        self.init(width: wanted?.width, height: wanted?.height)
        if let rate = wanted?.framesPerSecond { framesPerSecond = try FrameRate(rate) }
    }
}
