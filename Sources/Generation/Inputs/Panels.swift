// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// A panel of a storyboard in its place.
struct PlacedPanel {
    /// The frame of the clip that shows it.
    let frame: Int
    /// At the size of the generated frames.
    let picture: Picture
}

extension Inputs {
    /// The panels of a storyboard, each with the frame that shows it.
    ///
    /// - Throws: `GenerationError.input`, and `.request` for times beyond the clip's end or so close
    ///   that two panels meet in one frame.
    func panels(of source: Mode.Source, plan: Plan) throws(GenerationError) -> [PlacedPanel] {
        let (pictures, times) = try timedPictures(of: source, plan)
        let spread = Double(plan.frames - 1) / plan.frameRate.value
        var placed: [PlacedPanel] = []
        var problems: [Problem] = []
        for (number, picture) in pictures.enumerated() {
            let even =
                pictures.count == 1 ? 0 : spread * Double(number) / Double(pictures.count - 1)
            let time = times?[number] ?? even
            let frame = Int((time * plan.frameRate.value).rounded())
            if frame >= plan.frames {
                problems.append(plan.problem(ofPanel: number, at: time))
            } else if let other = placed.firstIndex(where: { $0.frame == frame }) {
                problems.append(
                    Problem(
                        field: "panels[\(number)].at",
                        message: "Panel \(number + 1) meets panel \(other + 1) in frame"
                            + " \(frame + 1): the video has \(plan.frameRate) frames a second.",
                        hint: "Leave at least one frame between two panels."))
            } else {
                placed.append(PlacedPanel(frame: frame, picture: picture))
            }
        }
        guard problems.isEmpty else { throw .request(problems) }
        return placed
    }

    private func timedPictures(
        of source: Mode.Source, _ plan: Plan
    ) throws(GenerationError) -> ([Picture], [Double]?) {
        let (width, height) = (plan.width, plan.height)
        switch source {
        case .video:
            preconditionFailure("a mock-up video has no panels")
        case .panels(let panels):
            var pictures: [Picture] = []
            for panel in panels {
                pictures.append(
                    try picture(panel.image, for: .panels, width: width, height: height))
            }
            let times = panels.compactMap(\.at)
            return (pictures, times.count == panels.count ? times : nil)
        case .sheet(let image, let columns, let rows, let times):
            let cells = try cells(of: image, columns: columns, rows: rows)
            if let times, times.count != cells.count {
                throw .request([
                    Problem(
                        field: "panels.at",
                        message: "'\(image)' holds \(cells.count) panels, and \"at\" gives"
                            + " \(times.count) times.",
                        hint: "Give one time for each panel, or leave \"at\" out.")
                ])
            }
            var pictures: [Picture] = []
            for cell in cells {
                pictures.append(
                    try reading(image, for: .panels) { _ throws(MediaError) in
                        try cell.framed(width: width, height: height)
                    })
            }
            return (pictures, times)
        }
    }

    /// The panels that one picture holds, in reading order.
    func cells(
        of image: MediaPath, columns: Int?, rows: Int?
    ) throws(GenerationError) -> [Picture] {
        let sheet = try picture(image, for: .panels)
        guard let cells = Generation.panels(of: sheet, columns: columns, rows: rows) else {
            throw .request([
                Problem(
                    field: "panels",
                    message: "'\(image)' shows no grid: bands of one colour between its panels"
                        + " were looked for and not found.",
                    hint: "Write how many columns and rows it has: \"grid\": \"3x2\".")
            ])
        }
        return cells
    }

    /// Several whole pictures.
    func pictures(
        _ names: [MediaPath], for field: Field
    ) throws(GenerationError) -> [Picture] {
        var pictures: [Picture] = []
        for name in names { pictures.append(try picture(name, for: field)) }
        return pictures
    }
}

extension Plan {
    /// A panel whose time lies beyond the clip.
    fileprivate func problem(ofPanel number: Int, at time: Double) -> Problem {
        let end = (Double(frames - 1) / frameRate.value * 100).rounded(.down) / 100
        return Problem(
            field: "panels[\(number)].at",
            message: "Panel \(number + 1) is to be shown at \(time) seconds, but the last frame"
                + " stands at \(end).",
            hint: "Make the video longer with \"seconds\", or give the panel an earlier time.")
    }
}
