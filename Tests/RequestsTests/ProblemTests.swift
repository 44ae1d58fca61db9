// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// Requests that are refused, each with the sentences that its writer reads.
@Suite struct ProblemTests {
    static let whole: [ProblemCase] = [
        ProblemCase("", ": The file is empty. If the file was still being copied, copy it again."),
        ProblemCase(
            "[]", ": A request must be an object in braces { }. Begin with { and end with }."),
        ProblemCase(
            "\"a cat\"", ": A request must be an object in braces { }. Begin with { and end with }."
        ),
        ProblemCase(
            "{\"mode\": \"text-to-video\",}",
            ": The comma before this } is one too many. Delete the comma."),
        ProblemCase(
            "{}", #"mode: "mode" is missing. Write for example "mode": "text-to-video"."#),
        ProblemCase(
            #"{"Mode": "mask"}"#, #"Mode: There is no key "Mode". Did you mean "mode"?"#),
        ProblemCase(
            #"{"mode": 1, "promt": "a cat"}"#,
            #"promt: There is no key "promt". Did you mean "prompt"?"#),
        ProblemCase(
            Request.example(["cfg_scale": "7", "wibble": "1"]),
            all: #"cfg_scale: There is no key "cfg_scale". Did you mean "guidance"?"#,
            #"wibble: There is no key "wibble". "#
                + "Delete it, or look up the keys in the documentation."),
        ProblemCase(
            "{\"mode\": 1,\n\"prompt\": \"a\",\n\"prompt\": \"b\"}",
            #"prompt: "prompt" is given twice; the first is on line 2. Keep one of the two."#),
        ProblemCase(
            "prompt", #"" \n\u00a0""#,
            #"prompt: "prompt" is empty. "#
                + #"Write for example "prompt": "a red balloon drifts over the harbour at sunset"."#
        ),
        ProblemCase(
            #"{"mode": 1, "prompt": "a cat", "zoom": 2, "upscale": "4x"}"#,
            all: #"zoom: There is no key "zoom". Did you mean "camera"?"#,
            #"upscale: There is no key "upscale". Did you mean "deliver"?"#),
    ]

    static let modeHint =
        "The modes are 1 text-to-video, 2 text-image-to-video, 3 image-to-video, 4 stylization, "
        + "5 storyboard, 6 mask, 7 render, 8 customization."

    static let modes: [ProblemCase] = [
        ProblemCase(
            "mode", "9",
            #"mode: "mode" must be a mode's name, or its number from 1 to 8, but it is 9. \#(modeHint)"#
        ),
        ProblemCase(
            "mode", "\"text to vidoe\"",
            #"mode: There is no mode "text to vidoe". Did you mean "text-to-video"?"#),
        ProblemCase(
            "mode", "\"Render!\"", #"mode: There is no mode "Render!". Did you mean "render"?"#),
        ProblemCase("mode", "\"00\"", #"mode: There is no mode "00". \#(modeHint)"#),
        ProblemCase("mode", "\"+1\"", #"mode: There is no mode "+1". \#(modeHint)"#),
        ProblemCase(
            "mode", "null",
            #"mode: "mode" must be a mode's name, or its number from 1 to 8, but it is null. "#
                + #"Write for example "mode": "text-to-video"."#),
        ProblemCase(
            "mode", "1.5",
            #"mode: "mode" must be a mode's name, or its number from 1 to 8, but it is 1.5. "#
                + #"Write for example "mode": "text-to-video"."#),
        ProblemCase(
            "video", "\"a.mp4\"",
            #"video: The mode "text-to-video" takes no "video". Leave it out, or use a mode that "#
                + #"takes it: "stylization", "storyboard", "mask", "render"."#),
        ProblemCase(
            "prompt", "\"waves\"", mode: .imageToVideo,
            #"prompt: The mode "image-to-video" takes no "prompt". Leave it out, or use a mode that "#
                + #"takes it: "text-to-video", "text-image-to-video", "stylization", "storyboard", "#
                + #""mask", "render"."#),
        ProblemCase(
            "structure", "2", mode: .mask,
            #"structure: The mode "mask" takes no "structure". Leave it out, or use a mode that "#
                + #"takes it: "stylization", "storyboard", "render"."#),
        ProblemCase(
            "strength", "1",
            #"strength: The mode "text-to-video" takes no "strength". Leave it out, or use a mode "#
                + #"that takes it: "text-image-to-video", "image-to-video", "stylization", "#
                + #""storyboard", "mask", "render"."#),
        ProblemCase(
            "loop", "true", mode: .mask,
            #"loop: The mode "mask" takes no "loop". Leave it out, or use a mode that takes it: "#
                + #""text-to-video", "text-image-to-video", "image-to-video", "stylization", "#
                + #""storyboard", "render"."#),
        ProblemCase(
            "preview", "true", mode: .customization,
            #"preview: The mode "customization" takes no "preview". Leave it out, or use a mode "#
                + #"that takes it: "text-to-video", "text-image-to-video", "image-to-video", "#
                + #""stylization", "storyboard", "mask", "render"."#),
        ProblemCase(
            "loop", "\"yes\"",
            #"loop: "loop" must be true or false, but it is "yes". "#
                + "Write it without quotation marks."),
        ProblemCase(
            "preview", "1",
            #"preview: "preview" must be true or false, but it is 1. "#
                + "Write it without quotation marks."),
        ProblemCase(
            "affect", "\"foreground\"", mode: .mask,
            #"affect: "affect" must be "subject" or "background", but it is "foreground". "#
                + "Write one of them."),
        ProblemCase(
            "affect", "\"backround\"", mode: .mask,
            #"affect: "affect" must be "subject" or "background", but it is "backround". "#
                + #"Did you mean "background"?"#),
    ]

    static let numbers: [ProblemCase] = [
        ProblemCase(
            "steps", "0",
            #"steps: "steps" must be a whole number from 1 to 200, but it is 0. Write for example 20."#
        ),
        ProblemCase(
            "steps", "2.5",
            #"steps: "steps" must be a whole number from 1 to 200, but it is 2.5. Write for example 20."#
        ),
        ProblemCase(
            "steps", "\"20\"",
            #"steps: "steps" must be a whole number from 1 to 200, but it is "20". Write 20 without quotation marks."#
        ),
        ProblemCase(
            "steps", "true",
            #"steps: "steps" must be a whole number from 1 to 200, but it is true. Write for example 20."#
        ),
        ProblemCase(
            "seconds", "\"2,5\"",
            #"seconds: "seconds" must be a number from 0.01 to 600, but it is "2,5". Write 2.5 without quotation marks."#
        ),
        ProblemCase(
            "seconds", "0",
            #"seconds: "seconds" must be a number from 0.01 to 600, but it is 0. Write for example 2."#
        ),
        ProblemCase(
            "guidance", "null",
            #"guidance: "guidance" must be a number from 0 to 50, but it is null. Write for example 5."#
        ),
        ProblemCase(
            "shift", "1e3",
            #"shift: "shift" must be a number from 0.01 to 100, but it is 1000. Write for example 3."#
        ),
        ProblemCase(
            "fps", "[24]",
            #"fps: "fps" must be a number from 1 to 60, but it is a list. Write for example 16."#),
        ProblemCase(
            "priority", "11",
            #"priority: "priority" must be a whole number from -10 to 10, but it is 11. Write for example 0."#
        ),
        ProblemCase(
            "frames", "18",
            #"frames: "frames" must be 1 more than a multiple of 4, but it is 18. Write 17 or 21."#),
        ProblemCase(
            "frames", "4",
            #"frames: "frames" must be 1 more than a multiple of 4, but it is 4. Write 1 or 5."#),
        ProblemCase(
            Request.example(["seconds": "2", "frames": "17"]),
            #"frames: "seconds" and "frames" both say how long the video is. Keep one of the two."#),
        ProblemCase(
            "seed", "-1",
            #"seed: "seed" must be a whole number from 0 to 18446744073709551615, but it is -1. Write for example 7, or leave it out for a random one."#
        ),
        ProblemCase(
            "seed", "\"18446744073709551616\"",
            #"seed: "seed" must be a whole number from 0 to 18446744073709551615, but it is "18446744073709551616". Write for example 7, or leave it out for a random one."#
        ),
        ProblemCase(
            "seed", "\"+7\"",
            #"seed: "seed" must be a whole number from 0 to 18446744073709551615, but it is "+7". Write for example 7, or leave it out for a random one."#
        ),
        ProblemCase(
            "seed", "18446744073709551616",
            ": The number 18446744073709551616 is too large. Whole numbers go from -9223372036854775808 to 18446744073709551615."
        ),
        ProblemCase(
            "seed", "1e999",
            ": The number 1e999 is too large. Whole numbers go from -9223372036854775808 to 18446744073709551615."
        ),
        ProblemCase(
            "variations", "17",
            #"variations: "variations" must be a whole number from 1 to 16, but it is 17. Write for example 4."#
        ),
        ProblemCase(
            "strength", "2.1", mode: .render,
            #"strength: "strength" must be a number from 0 to 2, but it is 2.1. Write for example 1."#
        ),
        ProblemCase(
            "structure", "\"0,5\"", mode: .render,
            #"structure: "structure" must be a number from 0 to 1, but it is "0,5". Write 0.5 without quotation marks."#
        ),
        ProblemCase(
            Request.example(["seed": "18446744073709551615", "variations": "2"]),
            #"variations: "variations" counts the seed up past 18446744073709551615. Choose a smaller seed."#
        ),
    ]

    static let sizeWanted =
        #"size: "size" must be a size such as "832x480" or an aspect ratio such as "16:9", but it is "#
    static let ratioWanted =
        #"size: "size" must be an aspect ratio from "1:8" to "8:1", but it is "#
    static let ratioHint = #". Write for example "16:9", "1:1" or "9:16"."#
    static let sides = "must be a size with sides from 16 to 4096 pixels, but it is "

    static let frames: [ProblemCase] = [
        ProblemCase("size", "480", sizeWanted + #"480. Write for example "832x480"."#),
        ProblemCase("size", "\"\"", sizeWanted + #""". Write "832x480"."#),
        ProblemCase("size", "\"640 X 360\"", sizeWanted + #""640 X 360". Write "640x360"."#),
        ProblemCase("size", "\"640×360\"", sizeWanted + #""640×360". Write "640x360"."#),
        ProblemCase("size", "\"640x-360\"", sizeWanted + #""640x-360". Write "832x480"."#),
        ProblemCase("size", "\"0640x360\"", sizeWanted + #""0640x360". Write "832x480"."#),
        ProblemCase(
            "size", "\"8x8\"", #"size: "size" \#(sides)"8x8". Write for example "832x480"."#),
        ProblemCase(
            "size", "\"99999x16\"",
            #"size: "size" \#(sides)"99999x16". Write for example "832x480"."#),
        ProblemCase(
            "size", "\"4096x4096\"",
            #"size: "size" must have at most 8847360 pixels, but "4096x4096" has 16777216. Choose a smaller size; "deliver" enlarges the finished video."#
        ),
        ProblemCase("size", "\"16:0\"", ratioWanted + #""16:0""# + ratioHint),
        ProblemCase("size", "\"9:1\"", ratioWanted + #""9:1""# + ratioHint),
        ProblemCase("size", "\"1e1:9\"", ratioWanted + #""1e1:9""# + ratioHint),
        ProblemCase("size", "\":\"", ratioWanted + #"":""# + ratioHint),
        ProblemCase(
            "format", "\"mp5\"",
            #"format: "format" must be "mp4", "webm", "gif", "webp" or "png", but it is "mp5". Did you mean "mp4"?"#
        ),
        ProblemCase(
            "deliver", "{}",
            #"deliver: "deliver" must be an object with "size" or "fps", but it is an object in braces. Write for example {"size": "1920x1080", "fps": 24}."#
        ),
        ProblemCase(
            "deliver", #"{"fsp": 24}"#, #"deliver.fsp: There is no key "fsp". Did you mean "fps"?"#),
        ProblemCase(
            "deliver", #"{"size": "16:9"}"#,
            #"deliver.size: "deliver.size" must be a size such as "1920x1080", but it is "16:9". Write "832x480"."#
        ),
        ProblemCase(
            "deliver", #"{"fps": 24, "fps": 25}"#,
            #"deliver.fps: "fps" is given twice; the first is on line 1. Keep one of the two."#),
    ]

    @Test(arguments: whole + modes + numbers + frames)
    func refuses(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }

    @Test func reportsAllProblemsInTheOrderOfTheFile() {
        let text = """
            {
              "seed": -1,
              "mode": "text-to-video",
                "size": "big", "wibble": 1,
              "steps": "many"
            }
            """
        let found = problems(text)
        #expect(found.map(\.field) == ["seed", "size", "wibble", "steps", "prompt"])
        #expect(found.map(\.line) == [2, 4, 4, 5, nil])
        #expect(found.map(\.column) == [11, 13, 20, 12, nil])
    }

    @Test func countsProblemsBeyondTheLimit() {
        let keys = (0..<200).map { "\"wibble\($0)\": 1" }.joined(separator: ",")
        let found = problems("{\"mode\": 1, \"prompt\": \"a\", \(keys)}")
        #expect(found.count == Limits.problems + 1)
        #expect(found.last?.message == "There are 150 more problems.")
    }

    @Test(arguments: ["prompt", "negative_prompt"])
    func textsHaveAnEnd(key: String) {
        let longest = String(repeating: "ä", count: 4096)
        #expect(problems(Request.example([key: "\"\(longest)\""])).isEmpty)
        let found = problems(Request.example([key: "\"\(longest)x\""]))
        #expect(
            found.map(\.message) == ["\"\(key)\" must have at most 8192 bytes, but it has 8193."])
    }

    @Test func pathsHaveAnEnd() {
        let longest = String(repeating: "a", count: 1024)
        #expect(problems(Request.example(mode: .imageToVideo, ["image": "\"\(longest)\""])).isEmpty)
        #expect(
            problems(Request.example(mode: .imageToVideo, ["image": "\"\(longest)a\""])).count == 1)
    }

    @Test func namesInMessagesStayHarmless() {
        let key = String(repeating: "k", count: 500) + #"\u001b[31m"#
        let found = problems(Request.example([key: "1"]))
        #expect(found.count == 1)
        #expect(found[0].message == "There is no key \"\(String(repeating: "k", count: 40))…\".")
        let escape = problems(Request.example(["model": #""\u001b[31m""#]))
        #expect(escape[0].message.contains(#"but it is "\u001b[31m"."#))
    }
}
