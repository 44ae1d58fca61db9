// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// Requests that are refused for the files they name, and for what they say about them.
@Suite struct MediaProblemTests {
    static func path(_ reason: String, _ text: String, _ hint: String) -> String {
        #"image: "image" must be the name of a file beside the request, but \#(reason): "\#(text)". \#(hint)"#
    }
    static let beside = "Put the file beside the request and write only its name."
    static let outside = "it does not begin beside the request"

    static let paths: [ProblemCase] = [
        ("/etc/passwd", "/etc/passwd", outside, beside),
        ("~/a.png", "~/a.png", outside, beside),
        ("C:/a.png", "C:/a.png", outside, beside),
        ("a/../../b.png", "a/../../b.png", "\"..\" leads out of the request's folder", beside),
        ("..", "..", "\"..\" leads out of the request's folder", beside),
        (
            "https://x.org/a.png", "https://x.org/a.png", "it is a web address",
            "Download the file. " + beside
        ),
        (
            "data:image/png;base64,AA", "data:image/png;base64,AA", "it is a web address",
            "Download the file. " + beside
        ),
        (
            #"a\\b.png"#, #"a\\b.png"#, "it has a backslash in it",
            "Write / between folders. " + beside
        ),
        ("", "", "it is empty", "Write the name of a file."),
        ("a//b", "a//b", "it has an empty part or a single dot in it", "Write folder/file.png."),
        ("./a", "./a", "it has an empty part or a single dot in it", "Write folder/file.png."),
        ("a/", "a/", "it has an empty part or a single dot in it", "Write folder/file.png."),
        (#"a\u0000b"#, #"a\u0000b"#, "it has a control character in it", "Rename the file."),
        (#"a\nb"#, #"a\nb"#, "it has a control character in it", "Rename the file."),
    ].map { written, shown, reason, hint in
        ProblemCase("image", "\"\(written)\"", mode: .imageToVideo, path(reason, shown, hint))
    }

    static let panelHint = #"Write for example [{"image": "a.png", "at": 0}]."#
    static let maskHint =
        ##"Write for example "mask.png", {"box": [0.1, 0.2, 0.3, 0.4]} or {"color": "#00ff00"}."##
    static let boxHint = "Write [left, top, width, height] in fractions: [0.1, 0.2, 0.3, 0.4]."

    static let media: [ProblemCase] = [
        ProblemCase(
            "panels", "{}", mode: .storyboard,
            #"panels: "panels" must be a list of panels in square brackets, but it is an object in braces. \#(panelHint)"#
        ),
        ProblemCase(
            "panels", "[]", mode: .storyboard,
            #"panels: "panels" must have 1 to 64 panels, but it has 0. \#(panelHint)"#),
        ProblemCase(
            "panels", #"["a.png"]"#, mode: .storyboard,
            #"panels[0]: "panels[0]" must be an object with "image" and "at", but it is "a.png". \#(panelHint)"#
        ),
        ProblemCase(
            "panels", #"[{"image":"a","at":0},{"image":"b","at":1},{"image":"c","at":-1}]"#,
            mode: .storyboard,
            #"panels[2].at: "panels[2].at" must be a number from 0 to 600, but it is -1. Write for example 1.5."#
        ),
        ProblemCase(
            "panels", #"[{"image":"a","at":0},{"image":"b","at":0.0}]"#, mode: .storyboard,
            #"panels[1].at: "panels[1].at" is the same time as "panels[0].at". Give every panel a time of its own."#
        ),
        ProblemCase(
            "panels", #"[{"image":"a"}]"#, mode: .storyboard,
            #"panels[0]: "panels[0]" has no "at". \#(panelHint)"#),
        ProblemCase(
            "mask", "7", mode: .mask,
            #"mask: "mask" must be the name of a file, a box or a colour, but it is 7. \#(maskHint)"#
        ),
        ProblemCase(
            "mask", "{}", mode: .mask, #"mask: "mask" must have "box" or "color". \#(maskHint)"#),
        ProblemCase(
            "mask", ##"{"box":[0,0,1,1],"color":"#000000"}"##, mode: .mask,
            ##"mask: "mask" must have "box" or "color", but it has both. \##(maskHint)"##),
        ProblemCase(
            "mask", #"{"box":[0,0,1]}"#, mode: .mask,
            #"mask.box: "mask.box" must be a list of four numbers, but it is a list. \#(boxHint)"#),
        ProblemCase(
            "mask", #"{"box":[0.5,0,0.6,1]}"#, mode: .mask,
            #"mask.box: "mask.box" is empty or leaves the frame. \#(boxHint)"#),
        ProblemCase(
            "mask", #"{"box":[0,0,0,1]}"#, mode: .mask,
            #"mask.box: "mask.box" is empty or leaves the frame. \#(boxHint)"#),
        ProblemCase(
            "mask", #"{"box":[0,0,100,1]}"#, mode: .mask,
            #"mask.box[2]: "mask.box[2]" must be a number from 0 to 1, but it is 100. Write for example 0.25."#
        ),
        ProblemCase(
            "mask", ##"{"color":"green"}"##, mode: .mask,
            ##"mask.color: "mask.color" must be a colour such as "#00ff00", but it is "green". Write # and two hexadecimal digits each for red, green and blue."##
        ),
        ProblemCase(
            "mask", ##"{"color":"#00ff00","at":1}"##, mode: .mask,
            ##"mask.at: There is no key "at". Here only "color", "tolerance" can stand."##),
        ProblemCase(
            "examples", #"["a.jpg","a.jpg"]"#, mode: .customization,
            #"examples[1]: "examples[1]" is the same file as "examples[0]". Name every file once."#),
        ProblemCase(
            "trigger", "\" \"", mode: .customization,
            #"trigger: "trigger" is empty. Write for example "in ink style"."#),
        ProblemCase(
            "style", #"[{"name":"ink","weight":3}]"#,
            #"style[0].weight: "style[0].weight" must be a number from 0 to 2, but it is 3. Write for example 0.8."#
        ),
        ProblemCase(
            "style", #"[{"name":"ink"},{"name":"ink"}]"#,
            #"style[1].name: The style "ink" is given twice. Name it once."#),
        ProblemCase(
            "model", "\"../x\"",
            #"model: "model" must be a name of letters, digits, dots, - and _, at most 64 long, which begins with a letter or digit, but it is "../x". Write for example "starter"."#
        ),
    ]

    @Test(arguments: paths + media)
    func refuses(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }
}
