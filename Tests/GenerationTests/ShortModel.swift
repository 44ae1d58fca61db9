// SPDX-License-Identifier: Apache-2.0

import Files
import Generation
import Media
import Requests
import TestSupport

/// A model with a control branch that makes few frames in one piece.
struct ShortModel {
    let folder: Folder
    var engine: Engine

    /// Makes the model `short` in a folder: the parts of a golden checkpoint, with its own defaults
    /// and, in JSON, the vocabulary that it says it was trained on.
    init(
        in directory: String, frames: Int = 13, checkpoint: String = "vace-narrow",
        vocabulary: String? = nil
    ) throws {
        folder = Folder(directory)
        let golden = Folder(Golden.model(checkpoint))
        let model = try folder.make("models/short")
        for part in golden.tree.map({ $0.split(separator: "/")[0] }) where part != "rushes.json" {
            // Every file of a part is listed; its folder is linked once.
            if FileStatus.isMissing(model.at(String(part))) {
                try model.link(String(part), to: golden.at(String(part)))
            }
        }
        try model.write(
            """
            {"width": 32, "height": 32, "frames": \(frames), "fps": 8, "steps": 2,
             "vocabulary": \(vocabulary ?? "null")}
            """, "rushes.json")
        engine = Engine(modelDirectories: [folder.at("models")])
    }

    /// Runs a request whose files stand in the folder `media`, and gives its record.
    ///
    /// The results stand in the folder called `name`.
    func run(_ text: String, name: String = "clip", media: String? = nil) throws -> ResultRecord {
        let request = try Request(parsing: Array(text.utf8))
        let beside = media ?? folder.path
        var files: [MediaPath: String] = [:]
        for path in request.media { files[path] = "\(beside)/\(path.text)" }
        let results = try folder.make("results \(name)")
        let job = try Job(
            request: request, name: name, engine: engine, media: MediaFiles(files),
            into: results.path)
        while try job.next() != nil {}
        return job.record
    }

    /// The frames of a result in the format `png`.
    func frames(of record: ResultRecord, clip: String? = nil) throws -> [Picture] {
        try record.files.filter {
            $0.name.hasSuffix(".png") && $0.name.hasPrefix("\(clip ?? record.request)/")
        }.map { try PictureFile.read(folder.at("results \(record.request)/\($0.name)")) }
    }
}

extension FileStatus {
    fileprivate static func isMissing(_ path: String) -> Bool {
        do { return try FileStatus(of: Path(path)) == nil } catch { return true }
    }
}

extension Picture {
    /// A picture computed pixel by pixel.
    static func pattern(
        _ width: Int, _ height: Int, _ pixel: (Int, Int) -> (Int, Int, Int)
    ) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let (red, green, blue) = pixel(x, y)
                pixels += [red, green, blue].map { UInt8(clamping: $0) }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }
}
