// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// What the medium that leads a request means for size and length.
struct SourceFacts: Sendable {
    /// Pixels, upright; only their proportion counts.
    let width: Int
    let height: Int
    /// The length of a video; nil for pictures.
    let seconds: Double?
    let hasSound: Bool
    /// The medium's name, for messages.
    let name: MediaPath
}

extension Inputs {
    /// The facts of the medium that the clip has its shape from.
    ///
    /// That is the video, the picture at an end, or the first panel; nil for requests without one,
    /// since references lend no shape.
    ///
    /// - Throws: `GenerationError.input`; `.request` where a sheet of panels has no grid, or where a
    ///   video is a still picture.
    func sourceFacts() throws(GenerationError) -> SourceFacts? {
        if let video = request.mode.sourceVideo {
            let facts = try facts(of: video, for: .video)
            guard facts.kind == .moving else {
                throw .request([
                    Problem(
                        field: Field.video.rawValue,
                        message: "'\(video)' is a still picture; \"video\" wants one that moves.",
                        hint: "Name a video, or use the mode \"image-to-video\" for a picture.")
                ])
            }
            return SourceFacts(
                width: facts.width, height: facts.height, seconds: facts.seconds,
                hasSound: facts.hasSound, name: video)
        }
        switch request.mode {
        case .textImageToVideo(let animation), .imageToVideo(let animation):
            guard let image = animation.images.first(where: { $0.role != .reference }) else {
                return nil
            }
            return try stillFacts(of: image.path, for: .image)
        case .storyboard(let restyling):
            return try firstPanel(of: restyling.source)
        default:
            return nil
        }
    }

    private func firstPanel(of source: Mode.Source) throws(GenerationError) -> SourceFacts? {
        switch source {
        case .video: return nil
        case .panels(let panels):
            guard let panel = panels.first else { return nil }
            return try stillFacts(of: panel.image, for: .panels)
        case .sheet(let image, let columns, let rows, _):
            guard let cell = try cells(of: image, columns: columns, rows: rows).first else {
                return nil
            }
            return SourceFacts(
                width: cell.width, height: cell.height, seconds: nil, hasSound: false, name: image)
        }
    }

    private func stillFacts(
        of name: MediaPath, for field: Field
    ) throws(GenerationError) -> SourceFacts {
        let facts = try facts(of: name, for: field)
        return SourceFacts(
            width: facts.width, height: facts.height, seconds: nil, hasSound: false, name: name)
    }
}
