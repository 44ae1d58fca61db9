// SPDX-License-Identifier: Apache-2.0

extension Field {
    /// What the key means, as `examples/README.md` has it.
    package var explanation: String {
        switch self {
        case .schema:
            "where an editor finds the JSON Schema; ignored otherwise"
        case .mode:
            "what to do: a name from the table above, or its number"
        case .prompt:
            "what is to be seen, in your own words (all but 03 and 08)"
        case .negativePrompt:
            "what is not to be seen (all but 08)"
        case .image:
            "02, 03: the picture that starts moving; 04–07: the wanted look or material; up "
                + "to 8 in a list"
        case .imageRole:
            "what each picture is: `first-frame`, `last-frame` or `reference` (02, 03); one "
                + "picture begins the video and a second ends it unless you say otherwise"
        case .video:
            "the clip that changes (04, 06, 07), or a mock-up (05)"
        case .panels:
            "pictures and the seconds at which the video shows them, or one picture with a "
                + "grid of panels (05)"
        case .mask:
            "what changes: a picture or video (white changes), a box, an outline or a "
                + "colour (06)"
        case .affect:
            "which side of the mask changes: `subject`, or `background` (06)"
        case .examples:
            "pictures or clips that show a style, up to 200, best 15 to 30; each a name, or "
                + "a name and what is to be seen: the style is what the captions do not say (08)"
        case .name:
            "the name by which other requests call the style (08)"
        case .trigger:
            "the phrase that calls the style up in a prompt (08); a caption that lacks it "
                + "gets it"
        case .rank:
            "how much a style can hold, 1 … 128, usually 16; more also learns the examples "
                + "by heart (08)"
        case .alpha:
            "what is learnt counts for `alpha` / `rank`; as much as the rank unless you say "
                + "otherwise (08)"
        case .learningRate:
            "how much each step of the training changes, 0.000001 … 0.1; smaller where the "
                + "loss goes astray (08)"
        case .batch:
            "how many examples each step of the training looks at, 1 … 16 (08)"
        case .prior:
            "how much clips that the model makes of ordinary words count in the training, "
                + "so that it does not forget them, 0 … 1; 0 unless you say otherwise (08)"
        case .style:
            "a trained style, or up to 8 with weights 0 … 2 (all but 08); `ink@2` is one "
                + "version of it; the phrase that calls it up is added to the prompt unless "
                + "`\"trigger\": false` stands beside its name"
        case .structure:
            "how closely a video is followed, 0 … 1: 0.6 in 04, 0.3 in 05, 0.9 in 07 unless "
                + "you say otherwise"
        case .strength:
            "how much pictures, videos and masks count, 0 … 2; usually 1 (02–07)"
        case .camera:
            "how the camera moves over the first frame, −10 … 10 each: right (`pan`), up "
                + "(`tilt`), nearer (`zoom`), clockwise (`roll`) (02, 03)"
        case .loop:
            "whether the last frame leads back to the first (all but 06 and 08)"
        case .size:
            "width and height, or an aspect ratio; that of the picture or clip when absent; "
                + "in 08 only the number of pixels counts"
        case .seconds:
            "how long the video is, 0.01 … 600; in 08 how much of each clip is looked at"
        case .frames:
            "the same as a count: 1 more than a multiple of 4"
        case .fps:
            "frames in a second, 1 … 60"
        case .deliver:
            "what is made of the finished frames: another size, another frame rate"
        case .preview:
            "a quick look first: few steps, small, one contact sheet"
        case .seed:
            "the same number gives the same video again; drawn, and written into the "
                + "result, when absent"
        case .steps:
            "how often the picture is refined, 1 … 200; in 08 how long the training is, 1 … "
                + "20000"
        case .guidance:
            "how strongly the prompt is followed, 0 … 50"
        case .shift:
            "where the steps are spent: higher means more on the large forms, 0.01 … 100"
        case .variations:
            "how many videos, 1 … 16, each with the next seed"
        case .format:
            "`mp4`, `webm`, `gif`, `webp`, or `png`: lossless frames in a folder"
        case .metadata:
            "what the video says of its request: `full`, or `without-prompt`; see the page "
                + "of the whole project"
        case .mark:
            "whether a small \"AI\" stands in a corner of the pictures"
        case .model:
            "the name of a model folder"
        case .priority:
            "−10 … 10; a greater number is made earlier"
        case .defaults:
            "which keys are from a `defaults.json`: written by the service, for you to read"
        }
    }
}
