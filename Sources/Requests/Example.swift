// SPDX-License-Identifier: Apache-2.0

package import JSON

extension ModeName {
    /// The shortest request of this mode that works; `examples/` has one to try out.
    package var example: JSONValue {
        let mode = JSONValue.string(rawValue)
        return switch self {
        case .textToVideo:
            ["mode": mode, "prompt": "a red balloon drifts over the harbour at sunset"]
        case .textImageToVideo:
            [
                "mode": mode, "prompt": "the boats rock gently, gulls pass by",
                "image": "harbour.png",
            ]
        case .imageToVideo:
            ["mode": mode, "image": "harbour.png"]
        case .stylization:
            ["mode": mode, "prompt": "a paper cut-out in blue and gold", "video": "walk.mp4"]
        case .storyboard:
            [
                "mode": mode, "prompt": "a fox crosses a snowy forest, soft morning light",
                "panels": [
                    ["image": "panel-1.png", "at": 0], ["image": "panel-2.png", "at": 1.5],
                ],
            ]
        case .mask:
            [
                "mode": mode, "prompt": "a dog with black spots", "video": "walk.mp4",
                "mask": ["box": [0.3, 0.2, 0.4, 0.5]],
            ]
        case .render:
            ["mode": mode, "prompt": "a tower of glass on a clear day", "video": "render.mp4"]
        case .customization:
            [
                "mode": mode, "examples": ["ink-1.jpg", "ink-2.jpg", "ink-3.jpg"],
                "name": "ink", "trigger": "in ink wash style",
            ]
        }
    }
}
