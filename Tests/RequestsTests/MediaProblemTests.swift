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

    static let others: [ProblemCase] = [
        ProblemCase(
            "examples", #"["a.jpg","a.jpg"]"#, mode: .customization,
            #"examples[1]: "examples[1]" is the same file as "examples[0]". Name every file once."#),
        ProblemCase(
            "trigger", "\" \"", mode: .customization,
            #"trigger: "trigger" is empty. Write for example "in ink wash style"."#),
        ProblemCase(
            "style", #"[{"name":"ink","weight":3}]"#,
            #"style[0].weight: "style[0].weight" must be a number from 0 to 2, but it is 3. Write for example 0.8."#
        ),
        ProblemCase(
            "style", #"[{"name":"ink"},{"name":"ink"}]"#,
            #"style[1].name: The style "ink" is given twice. Name it once."#),
        ProblemCase(
            "style", #"["ink@2","ink","ink@2"]"#,
            #"style[2]: The style "ink@2" is given twice. Name it once."#),
        ProblemCase(
            "style", #"[7]"#,
            #"style[0]: "style[0]" must be a style's name, or an object with "name" and "weight", but it is 7. "#
                + styleHint),
        ProblemCase(
            "style", #"{"name":"ink","trigger":"no"}"#,
            #"style.trigger: "style.trigger" must be true or false, but it is "no". Write it without quotation marks."#
        ),
        ProblemCase(
            "model", "\"../x\"",
            #"model: "model" must be a name of letters, digits, dots, - and _, at most 64 long, which begins with a letter or digit, but it is "../x". Write for example "starter"."#
        ),
    ]

    static let styleHint = #"Write for example "ink" or [{"name": "ink", "weight": 0.8}]."#

    static let noStyles = [
        "../x", "ink@", "ink@0", "ink@02", "ink@+2", "ink@10000", "ink@2@3", "@2", ".ink", "a/b",
        "",
        "ink 2", String(repeating: "i", count: 65),
    ].map { name in
        let shown = name.count > 40 ? name.prefix(40) + "…" : name[...]
        return ProblemCase(
            "style", "\"\(name)\"",
            #"style: "style" must be the name of a style: letters, digits, dots, - and _, at most 64, "#
                + "the first a letter or digit; for one version of it with @1 to @9999 behind it, "
                + #"but it is "\#(shown)". Write for example "ink" or "ink@2"."#)
    }

    @Test(arguments: paths + others + noStyles)
    func refuses(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }
}
