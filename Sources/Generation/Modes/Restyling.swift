// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// Modes 04, 05 and 07: a clip keeps its layout and motion and gets a new look.
///
/// Runway Gen-1's stylization, storyboard (from a mock-up) and render are one operator at three
/// structure strengths: every frame is generated after the source's grey, the more blurred the
/// less structure is wanted (arXiv 2302.03011, section 3.2, with grey in the place of depth); VACE's
/// task `gray`. Pictures of the wanted look are references.
struct Restyling: GenerationMode {
    let references: [Picture]
    private let source: SourceClip
    private let structure: StructureControl

    init(
        _ video: MediaPath, as restyling: Mode.Restyling, plan: Plan, inputs: Inputs,
        in directory: String
    ) throws(GenerationError) {
        references = try inputs.pictures(restyling.images, for: .image)
        source = try SourceClip(video, for: .video, from: inputs, plan: plan, in: directory)
        structure = StructureControl(structure: restyling.structure, height: plan.height)
    }

    func gather() throws(GenerationError) -> Bool {
        try source.readOn()
        return !source.isComplete
    }

    func lead(_ index: Int) throws(GenerationError) -> Lead {
        .after(structure(try source.picture(at: index)))
    }

    var warnings: [String] { source.warnings }
}
