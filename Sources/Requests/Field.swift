// SPDX-License-Identifier: Apache-2.0

/// The keys of a request, in the order in which the documentation lists them.
package enum Field: String, CaseIterable, Sendable {
    /// Where an editor finds the JSON Schema; read by nobody else.
    case schema = "$schema"
    case mode
    case prompt
    case negativePrompt = "negative_prompt"
    case image
    case imageRole = "image_role"
    case video
    case panels
    case mask
    case affect
    case examples
    case name
    case trigger
    case style
    case structure
    case strength
    case camera
    case size
    case seconds
    case frames
    case fps
    case deliver
    case preview
    case seed
    case steps
    case guidance
    case shift
    case variations
    case format
    case model
    case priority

    /// The modes that take this key.
    package var modes: Set<ModeName> {
        switch self {
        case .schema, .mode, .seed, .steps, .model, .priority:
            Self.every
        case .prompt:
            Self.every.subtracting([.imageToVideo, .customization])
        case .negativePrompt, .style, .size, .seconds, .frames, .fps, .deliver, .preview, .camera,
            .guidance, .shift, .variations, .format:
            Self.every.subtracting([.customization])
        case .image:
            Self.every.subtracting([.textToVideo, .customization])
        case .imageRole: [.textImageToVideo, .imageToVideo]
        case .video: [.stylization, .storyboard, .mask, .render]
        case .panels: [.storyboard]
        case .mask, .affect: [.mask]
        case .examples, .name, .trigger: [.customization]
        case .structure: [.stylization, .storyboard, .render]
        case .strength:
            Self.every.subtracting([.textToVideo, .customization])
        }
    }

    private static let every = Set(ModeName.allCases)

    /// Names that other programs use for the same thing, or for a part of it.
    static let synonyms: [String: Field] = [
        "aspect": .size, "aspect_ratio": .size, "cfg": .guidance, "cfg_scale": .guidance,
        "clip": .video, "duration": .seconds, "first_frame": .image, "flow_shift": .shift,
        "framerate": .fps, "frame_rate": .fps, "guidance_scale": .guidance, "height": .size,
        "length": .seconds, "negative": .negativePrompt, "neg_prompt": .negativePrompt,
        "num_frames": .frames, "num_inference_steps": .steps, "picture": .image,
        "ratio": .size, "resolution": .size, "text": .prompt, "width": .size, "type": .mode,
        "count": .variations, "lora": .style, "mask_image": .mask, "description": .prompt,
    ]
}
