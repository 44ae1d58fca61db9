// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// Modes 02 and 03: a picture starts to move, told how by words or left to itself.
///
/// Runway Gen-2 modes 02 and 03; VACE's tasks `firstframe`, `lastframe`, `firstlastframe` and
/// `image_reference`. A picture at either end is kept and the frames between are generated, and the
/// result shows it exactly; a reference lends content and look only. With a camera move, every frame keeps what the moved
/// camera still sees of the first picture, and what comes into view is generated.
struct ImageToVideo: GenerationMode {
    let references: [Picture]
    private let first: Picture?
    private let last: Picture?
    private let lastIndex: Int
    private let camera: CameraPath?

    init(
        _ animation: Mode.Animation, plan: Plan, inputs: Inputs
    ) throws(GenerationError) {
        var (ends, references): ([Mode.ImageRole: Picture], [Picture]) = ([:], [])
        for image in animation.images {
            if image.role == .reference {
                references.append(try inputs.picture(image.path, for: .image))
            } else {
                ends[image.role] = try inputs.picture(
                    image.path, for: .image, width: plan.width, height: plan.height)
            }
        }
        self.references = references
        (first, last, lastIndex) = (ends[.firstFrame], ends[.lastFrame], plan.frames - 1)
        camera = animation.camera.map {
            CameraPath(
                pan: $0.pan, tilt: $0.tilt, zoom: $0.zoom, roll: $0.roll, frames: plan.frames)
        }
    }

    /// The pictures at the ends; under a moving camera `finish` puts back what is seen of them.
    var anchors: [Int: Picture] {
        guard camera == nil else { return [:] }
        var ends: [Int: Picture] = [:]
        if let last { ends[lastIndex] = last }
        if let first { ends[0] = first }
        return ends
    }

    func lead(_ index: Int) -> Lead {
        if let camera, let first {
            let view = camera.view(of: first, at: index)
            return .around(view.uncovered, view.picture)
        }
        if index == 0, let first { return .kept(first) }
        if index == lastIndex, let last { return .kept(last) }
        return .free
    }

    /// What the camera sees of the first picture stands in the result as it is.
    func finish(_ picture: Picture, at index: Int) -> Picture {
        guard let camera, let first else { return picture }
        let view = camera.view(of: first, at: index)
        return paste(picture, over: view.picture, inside: view.uncovered)
    }
}
