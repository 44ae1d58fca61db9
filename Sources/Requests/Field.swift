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
    case rank
    case alpha
    case learningRate = "learning_rate"
    case batch
    case prior
    case style
    case structure
    case strength
    case camera
    case loop
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
    case metadata
    case mark
    case model
    case priority
    /// Which keys are from a `defaults.json`: written by the service.
    case defaults = "$defaults"

    /// The modes that take this key.
    package var modes: Set<ModeName> {
        switch self {
        case .schema, .mode, .size, .seconds, .frames, .seed, .steps, .model, .priority, .defaults:
            Self.every
        case .prompt:
            Self.every.subtracting([.imageToVideo, .customization])
        case .negativePrompt, .style, .fps, .deliver, .preview, .guidance, .shift, .variations,
            .format, .metadata, .mark:
            Self.every.subtracting([.customization])
        case .image:
            Self.every.subtracting([.textToVideo, .customization])
        case .imageRole, .camera: [.textImageToVideo, .imageToVideo]
        case .loop: Self.every.subtracting([.mask, .customization])
        case .video: [.stylization, .storyboard, .mask, .render]
        case .panels: [.storyboard]
        case .mask, .affect: [.mask]
        case .examples, .name, .trigger, .rank, .alpha, .learningRate, .batch, .prior:
            [.customization]
        case .structure: [.stylization, .storyboard, .render]
        case .strength:
            Self.every.subtracting([.textToVideo, .customization])
        }
    }

    private static let every = Set(ModeName.allCases)

    /// Names that other programs use for the same thing, or for a part of it.
    static let synonyms: [String: Field] = [
        "aspect": .size, "aspect_ratio": .size, "batch_size": .batch, "box": .mask,
        "camera_motion": .camera, "cfg": .guidance, "cfg_scale": .guidance, "clip": .video,
        "color": .mask, "conditioning_scale": .strength, "count": .variations, "dataset": .examples,
        "description": .prompt, "dim": .rank, "draft": .preview, "duration": .seconds,
        "epochs": .steps, "first_frame": .image, "flow_shift": .shift, "frame_rate": .fps,
        "framerate": .fps, "gradient_accumulation_steps": .batch, "guidance_scale": .guidance,
        "height": .size, "instance_images": .examples,
        "instance_prompt": .trigger, "interpolate": .deliver, "last_frame": .image,
        "learn_rate": .learningRate, "length": .seconds, "lora": .style, "lora_alpha": .alpha,
        "lora_rank": .rank, "lr": .learningRate, "mask_image": .mask, "mask_video": .mask,
        "max_train_steps": .steps, "motion": .camera, "neg_prompt": .negativePrompt,
        "negative": .negativePrompt, "network_alpha": .alpha, "network_dim": .rank,
        "num_frames": .frames, "num_inference_steps": .steps, "outline": .mask, "pan": .camera,
        "picture": .image, "prior_loss_weight": .prior, "prior_preservation": .prior, "r": .rank,
        "ratio": .size, "reference": .image, "resolution": .size, "roll": .camera,
        "seamless": .loop, "source": .video, "storyboard": .panels, "subject": .mask,
        "text": .prompt, "tilt": .camera, "token": .trigger, "train_batch_size": .batch,
        "train_steps": .steps, "training_steps": .steps, "trigger_word": .trigger, "type": .mode,
        "upscale": .deliver, "watermark": .mark, "width": .size, "with_prior_preservation": .prior,
        "zoom": .camera,
    ]
}
