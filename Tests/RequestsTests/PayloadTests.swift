// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// What a request hands on: payloads, files, warnings.
@Suite struct PayloadTests {
    @Test(arguments: [(ModeName.stylization, 0.6), (.storyboard, 0.3), (.render, 0.9)])
    func structures(mode: ModeName, structure: Double) throws {
        for given in [nil, 0, 1] as [Double?] {
            let request = try Request.parse(
                Request.example(
                    mode: mode, ["structure": given.map { "\($0)" }, "image": "\"a.png\""]))
            switch request.mode {
            case .stylization(let restyling), .storyboard(let restyling), .render(let restyling):
                #expect(restyling.structure == given ?? structure)
                #expect(restyling.images.map(\.text) == ["a.png"])
            default: Issue.record("\(mode) has the wrong payload")
            }
        }
    }

    @Test(
        arguments: [
            (.textToVideo, [:], []),
            (.imageToVideo, ["image": #"["b","a"]"#], ["b", "a"]),
            (.stylization, ["image": "\"a\""], ["a", "walk.mp4"]),
            (
                .storyboard,
                [
                    "image": "\"look/a.png\"",
                    "panels": #"[{"image":"b","at":0},{"image":"b","at":1}]"#,
                ], ["look/a.png", "b"]
            ),
            (.storyboard, ["panels": #"{"image":"sheet.png"}"#], ["sheet.png"]),
            (.storyboard, ["panels": nil, "video": "\"m.mp4\""], ["m.mp4"]),
            (
                .mask, ["mask": "\"ünï/m.png\"", "image": #"["x"]"#],
                ["x", "walk.mp4", "ünï/m.png"]
            ),
            (.mask, ["mask": #"{"image":"m","at":1}"#], ["walk.mp4", "m"]),
            (.mask, [:], ["walk.mp4"]),
            (.render, [:], ["render.mp4"]),
            (.customization, [:], ["ink-1.jpg", "ink-2.jpg", "ink-3.jpg"]),
        ] as [(ModeName, KeyValuePairs<String, String?>, [String])])
    func mediaAreEveryFileOnce(
        mode: ModeName, changes: KeyValuePairs<String, String?>, expected: [String]
    ) throws {
        let request = try Request.parse(Request.example(mode: mode, changes))
        #expect(request.media.map(\.text) == expected)
    }

    @Test(arguments: [("true", true), ("false", false)])
    func aPreviewDeliversNothing(preview: String, warns: Bool) throws {
        let request = try Request.parse(
            Request.example(["preview": preview, "deliver": #"{"fps": 24}"#]))
        #expect(request.warnings == (warns ? ["\"deliver\" does nothing in a preview."] : []))
    }

    /// A broken value is told also where the mode is not known.
    @Test func withoutAModeEverythingIsReadAllTheSame() {
        let text = """
            {"mode": "wibble", "image": [], "camera": {"pan": 99}, "mask": {}, "loop": 1,
             "panels": [], "structure": 2, "affect": "x", "examples": 1, "video": "/x",
             "image_role": ["nonsense"]}
            """
        #expect(
            problems(text).map(\.field) == [
                "mode", "image", "camera.pan", "mask", "loop", "panels", "structure", "affect",
                "examples", "video", "image_role[0]",
            ])
    }
}
