// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// Mode 06: only what the mask selects changes; everything else is the source's own pixels.
///
/// Runway Gen-1's mask mode; VACE's task `inpainting_mask`. The model sees the source with the
/// selection greyed out; after decoding, its pixels fill the selection, a feather outside the edge
/// blends, and beyond it stand the pixels of the source.
struct Masking: GenerationMode {
    let references: [Picture]
    private let source: SourceClip
    private let selection: Selection

    init(
        _ masking: Mode.Masking, plan: Plan, inputs: Inputs, in directory: String
    ) throws(GenerationError) {
        references = try inputs.pictures(masking.images, for: .image)
        source = try SourceClip(masking.video, for: .video, from: inputs, plan: plan, in: directory)
        selection = try Selection(masking, on: source, from: inputs, plan: plan, in: directory)
    }

    func gather() throws(GenerationError) -> Bool {
        if !source.isComplete { try source.readOn() } else { try selection.advance() }
        return !source.isComplete || !selection.isComplete
    }

    func lead(_ index: Int) throws(GenerationError) -> Lead {
        .around(try selection.mask(at: index), try source.picture(at: index))
    }

    func finish(_ picture: Picture, at index: Int) throws(GenerationError) -> Picture {
        paste(
            picture, over: try source.picture(at: index), inside: try selection.mask(at: index))
    }

    var warnings: [String] { source.warnings + selection.warnings }
}
