// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// A request that misses what its mode needs is told so in the terms of that mode.
@Suite struct NeedTests {
    static let image =
        #"needs "image": the picture that starts moving. Put the picture beside the request and "#
        + #"write for example "image": "harbour.png"."#
    static let maskNeed =
        #"mask: The mode "mask" needs "mask": the name of a picture or video in which white is what "#
        + #"changes, or a box such as {"box": [0.3, 0.2, 0.4, 0.5]}, a colour, or an outline. The "#
        + "numbers of a box are left, top, width and height, as fractions of the frame."
    static let stylizationLook =
        #"prompt: The mode "stylization" needs "prompt" or "image" or "style": what the clip is to look like, "#
        + #"in words, as a picture, or as a trained style. Write for example "prompt": "a paper "#
        + #"cut-out in blue and gold"."#

    static let nothingSaid: [ProblemCase] = [
        ProblemCase(
            #"{"mode": 1}"#,
            #"prompt: The mode "text-to-video" needs "prompt": what is to be seen, in your own words. "#
                + #"Write for example "prompt": "a red balloon drifts over the harbour at sunset"."#
        ),
        ProblemCase(
            #"{"mode": 2}"#,
            all: #"image: The mode "text-image-to-video" \#(image)"#,
            #"prompt: The mode "text-image-to-video" needs "prompt": what is to happen, in your own "#
                + #"words. Write for example "prompt": "the boats rock gently". Without words a "#
                + #"picture moves in the mode "image-to-video"."#),
        ProblemCase(#"{"mode": 3}"#, #"image: The mode "image-to-video" \#(image)"#),
        ProblemCase(
            #"{"mode": 4}"#,
            all:
                #"video: The mode "stylization" needs "video": the clip that gets a new look. Put "#
                + #"the clip beside the request and write for example "video": "walk.mp4"."#,
            stylizationLook),
        ProblemCase(
            #"{"mode": 5}"#,
            all:
                #"panels: The mode "storyboard" needs "panels" or "video": the drawn panels, each a "#
                + "picture with its time in seconds, or one picture with a grid of panels, or a "
                + #"mock-up clip. Write for example "panels": [{"image": "panel-1.png", "at": 0}, "#
                + #"{"image": "panel-2.png", "at": 1.5}]."#,
            #"prompt: The mode "storyboard" needs "prompt" or "image" or "style": what the finished film is to "#
                + "look like, in words, as a picture, or as a trained style. Write for example "
                + #""prompt": "a fox crosses a snowy forest, soft morning light"."#),
        ProblemCase(
            #"{"mode": 6}"#,
            all:
                #"video: The mode "mask" needs "video": the clip in which one part changes. Put the "#
                + #"clip beside the request and write for example "video": "walk.mp4"."#,
            maskNeed,
            #"prompt: The mode "mask" needs "prompt": what the changed part is to show, in your own "#
                + #"words. Write for example "prompt": "a dog with black spots"."#),
        ProblemCase(
            #"{"mode": 7}"#,
            all:
                #"video: The mode "render" needs "video": the clip of the untextured 3D render. Put "#
                + #"the clip beside the request and write for example "video": "render.mp4"."#,
            #"prompt: The mode "render" needs "prompt" or "image" or "style": what the real thing looks like, in "#
                + "words, as a picture, or as a trained style. Write for example "
                + #""prompt": "a tower of glass on a clear day"."#),
        ProblemCase(
            #"{"mode": 8}"#,
            all:
                #"examples: The mode "customization" needs "examples": the pictures or clips that "#
                + #"show the style. Write for example "examples": ["ink-1.jpg", "ink-2.jpg"]."#,
            #"name: The mode "customization" needs "name": the name by which other requests call the "#
                + #"style. Write for example "name": "ink"."#,
            #"trigger: The mode "customization" needs "trigger": the phrase that calls the style up "#
                + #"in a prompt. Write for example "trigger": "in ink wash style"."#),
    ]

    static let oneThingMissing: [ProblemCase] = [
        ProblemCase(Request.example(mode: .mask, ["mask": nil]), maskNeed),
        ProblemCase(Request.example(mode: .stylization, ["prompt": nil]), stylizationLook),
        ProblemCase("prompt", "\" \"", mode: .stylization, stylizationLook),
        ProblemCase(
            "prompt", "\"\"", mode: .mask,
            #"prompt: "prompt" is empty. Write for example "prompt": "a dog with black spots"."#),
        ProblemCase(
            "prompt", "7", mode: .render,
            #"prompt: "prompt" must be a text in quotation marks, but it is 7. Write for example "a "#
                + #"red balloon over the harbour"."#),
        ProblemCase(
            "video", "true", mode: .render,
            #"video: "video" must be the name of a file in quotation marks, but it is true. Write "#
                + #"for example "walk.mp4"."#),
        // One slip is one problem: what was meant is not missing too.
        ProblemCase(
            #"{"mode": "mask", "video": "a.mp4", "prompt": "a dog", "msk": "m.png"}"#,
            #"msk: There is no key "msk". Did you mean "mask"?"#),
        ProblemCase(
            #"{"mode": "render", "vidoe": "a.mp4", "style": "ink"}"#,
            #"vidoe: There is no key "vidoe". Did you mean "video"?"#),
        ProblemCase(
            #"{"mode": "image-to-video", "first_frame": "a.png"}"#,
            #"first_frame: There is no key "first_frame". Did you mean "image"?"#),
    ]

    @Test(arguments: nothingSaid + oneThingMissing)
    func says(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }

    @Test(
        arguments: [ModeName.stylization, .storyboard, .render],
        [("image", "\"look.png\""), ("style", "\"ink\""), ("image", #"["a.png","b.png"]"#)])
    func aLookIsWordsAPictureOrAStyle(mode: ModeName, look: (key: String, value: String)) {
        #expect(
            problems(Request.example(mode: mode, ["prompt": nil, look.key: look.value])).isEmpty)
    }

    @Test func anImageIsNoPromptForAMask() {
        let text = Request.example(mode: .mask, ["prompt": nil, "image": "\"spots.png\""])
        #expect(problems(text).map(\.field) == ["prompt"])
    }
}
