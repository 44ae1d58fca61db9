// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// Mode 05 from panels: each is held at its time, and what lies between is generated.
///
/// Runway Gen-1's storyboard as a row of drawings; VACE's task `frameref` with frames kept anywhere.
struct Storyboard: GenerationMode {
    let references: [Picture]
    /// The panels by the number of their frame; the result shows them exactly.
    let anchors: [Int: Picture]

    init(_ restyling: Mode.Restyling, plan: Plan, inputs: Inputs) throws(GenerationError) {
        references = try inputs.pictures(restyling.images, for: .image)
        var anchors: [Int: Picture] = [:]
        for panel in try inputs.panels(of: restyling.source, plan: plan) {
            anchors[panel.frame] = panel.picture
        }
        self.anchors = anchors
    }

    func lead(_ index: Int) -> Lead { anchors[index].map { .kept($0) } ?? .free }
}
