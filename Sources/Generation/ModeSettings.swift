// SPDX-License-Identifier: Apache-2.0

import JSON
import Requests

extension Mode {
    /// What only this mode takes, as the request would say it: enough to ask for the same again.
    var settings: [(String, JSONValue)] {
        switch self {
        case .textToVideo, .customization: return []
        case .textImageToVideo(let animation), .imageToVideo(let animation):
            var settings: [(String, JSONValue)] = [
                ("image", .array(animation.images.map { .string($0.path.text) })),
                ("image_role", .array(animation.images.map { .string($0.role.rawValue) })),
            ]
            if let camera = animation.camera {
                settings.append(
                    (
                        "camera",
                        [
                            "pan": .double(camera.pan), "tilt": .double(camera.tilt),
                            "zoom": .double(camera.zoom), "roll": .double(camera.roll),
                        ]
                    ))
            }
            return settings
        case .stylization(let restyling), .storyboard(let restyling), .render(let restyling):
            var settings = [restyling.source.setting] + looks(restyling.images)
            if case .video = restyling.source {
                settings.append(("structure", .double(restyling.structure)))
            }
            return settings
        case .mask(let masking):
            return [
                ("video", .string(masking.video.text)), ("mask", masking.selection.json),
                ("affect", .string(masking.affect.rawValue)),
            ] + looks(masking.images)
        }
    }

    private func looks(_ images: [MediaPath]) -> [(String, JSONValue)] {
        images.isEmpty ? [] : [("image", .array(images.map { .string($0.text) }))]
    }
}

extension Mode.Source {
    fileprivate var setting: (String, JSONValue) {
        switch self {
        case .video(let path): return ("video", .string(path.text))
        case .panels(let panels):
            let list: [JSONValue] = panels.map { panel in
                guard let at = panel.at else { return ["image": .string(panel.image.text)] }
                return ["image": .string(panel.image.text), "at": .double(at)]
            }
            return ("panels", .array(list))
        case .sheet(let image, let columns, let rows, let times):
            var sheet: [(String, JSONValue)] = [("image", .string(image.text))]
            if let columns, let rows { sheet.append(("grid", .string("\(columns)x\(rows)"))) }
            if let times { sheet.append(("at", .array(times.map { .double($0) }))) }
            return ("panels", .object(sheet))
        }
    }
}

extension Mode.MaskSelection {
    fileprivate var json: JSONValue {
        switch self {
        case .file(let path, let at):
            return at == 0 ? .string(path.text) : ["image": .string(path.text), "at": .double(at)]
        case .box(let x, let y, let width, let height, let at):
            return [
                "box": [.double(x), .double(y), .double(width), .double(height)],
                "at": .double(at),
            ]
        case .outline(let points, let at):
            return [
                "outline": .array(points.map { [.double($0.x), .double($0.y)] }),
                "at": .double(at),
            ]
        case .color(let red, let green, let blue, let tolerance):
            let digits = [red, green, blue].map { part in
                (part < 16 ? "0" : "") + String(part, radix: 16)
            }
            return ["color": .string("#" + digits.joined()), "tolerance": .double(tolerance)]
        }
    }
}
