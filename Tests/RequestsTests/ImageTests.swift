// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// Pictures that start moving: their roles, the camera, the loop.
@Suite struct ImageTests {
    /// The pictures of a request as `path role`.
    static func animation(_ request: Request) throws -> (images: [String], Mode.CameraMove?) {
        switch request.mode {
        case .imageToVideo(let animation), .textImageToVideo(let animation):
            (animation.images.map { "\($0.path) \($0.role.rawValue)" }, animation.camera)
        default: try #require(nil, "\(request.mode) has no pictures that move")
        }
    }

    @Test(
        arguments: [
            (#""a""#, nil, ["a first-frame"]),
            (#"["a"]"#, nil, ["a first-frame"]),
            (#"["a","b"]"#, nil, ["a first-frame", "b last-frame"]),
            (#""a""#, #""last-frame""#, ["a last-frame"]),
            (#""a""#, #"["reference"]"#, ["a reference"]),
            (#"["a","b","c"]"#, #""reference""#, ["a reference", "b reference", "c reference"]),
            (#"["b","a"]"#, #"["last-frame","first-frame"]"#, ["b last-frame", "a first-frame"]),
            (
                #"["a","b","c"]"#, #"["reference","first-frame","reference"]"#,
                ["a reference", "b first-frame", "c reference"]
            ),
        ] as [(String, String?, [String])],
        [ModeName.textImageToVideo, .imageToVideo])
    func roles(_ given: (image: String, role: String?, expected: [String]), mode: ModeName) throws {
        let text = Request.example(mode: mode, ["image": given.image, "image_role": given.role])
        let request = try Request.parse(text)
        #expect(try Self.animation(request).images == given.expected)
        #expect(request.media.count == given.expected.count)
    }

    static let roleHint = "Write one role for each picture, in the same order: "
    static let keep = #"Keep one of them and make the others "reference"."#
    static let imageHint = #"Write for example "harbour.png" or ["first.png", "last.png"]."#

    static func pictures(_ image: String, role: String? = nil, _ sentences: String) -> ProblemCase {
        ProblemCase(
            Request.example(mode: .imageToVideo, ["image": image, "image_role": role]), sentences)
    }

    static let refused: [ProblemCase] = [
        pictures(
            "7",
            #"image: "image" must be the name of a picture, or a list of such names, but it is 7. "#
                + imageHint),
        pictures(
            "{}",
            #"image: "image" must be the name of a picture, or a list of such names, but it is an "#
                + "object in braces. " + imageHint),
        pictures(
            "[]", #"image: "image" must have 1 to 8 pictures, but it has 0. \#(imageHint)"#),
        pictures(
            #"["1","2","3","4","5","6","7","8","9"]"#, role: #""reference""#,
            #"image: "image" must have 1 to 8 pictures, but it has 9. \#(imageHint)"#),
        pictures(
            #"["a", "../b"]"#,
            #"image[1]: "image[1]" must be the name of a file beside the request, but ".." leads "#
                + #"out of the request's folder: "../b". "#
                + "Put the file beside the request and write only its name."),
        pictures(
            #"["a", 7]"#,
            #"image[1]: "image[1]" must be the name of a file in quotation marks, but it is 7. "#
                + #"Write for example "harbour.png"."#),
        pictures(
            #"["a","b","c"]"#,
            #"image: "image" names 3 pictures, and only two of them can begin and end the video. "#
                + #"Say what each one is: "#
                + #""image_role": ["first-frame", "last-frame", "reference"]."#),
        pictures(
            #"["a","b","c"]"#, role: #"["first-frame","last-frame"]"#,
            #"image_role: "image_role" has 2 roles, but "image" names 3 pictures. \#(roleHint)"#
                + #"["first-frame", "last-frame", "reference"]."#),
        pictures(
            #""a""#, role: "[]",
            #"image_role: "image_role" has 0 roles, but "image" names one picture. \#(roleHint)"#
                + #"["first-frame"]."#),
        pictures(
            #"["a","b"]"#, role: #""first-frame""#,
            "image_role: 2 pictures are the first frame, but a video has only one. \(keep)"),
        pictures(
            #"["a","b","c"]"#, role: #"["last-frame","reference","last-frame"]"#,
            "image_role[2]: 2 pictures are the last frame, but a video has only one. \(keep)"),
        pictures(
            #"["a","b"]"#, role: #"["first-frame","lastframe"]"#,
            #"image_role[1]: "image_role[1]" must be "first-frame", "last-frame" or "reference", "#
                + #"but it is "lastframe". Did you mean "last-frame"?"#),
        pictures(
            #"["a","b"]"#, role: "7",
            #"image_role: "image_role" must be "first-frame", "last-frame" or "reference", but it "#
                + "is 7. Write one of them."),
        pictures(
            #""a""#, role: #""firstframe""#,
            #"image_role: "image_role" must be "first-frame", "last-frame" or "reference", but it is "#
                + #""firstframe". Did you mean "first-frame"?"#),
        ProblemCase(
            "image_role", "\"nonsense\"", mode: .render,
            #"image_role: The mode "render" takes no "image_role". Leave it out, or use a mode that "#
                + #"takes it: "text-image-to-video", "image-to-video"."#),
    ]

    static let cameraHint = #"Write for example {"pan": 2, "zoom": 3}."#
    static let noLast =
        #"camera: "camera" decides where the video ends, so no picture can be the last frame. "#
        + #"Leave out "camera", or the picture of the last frame."#
    static let noFirst =
        #"camera: "camera" moves over the first frame, but no picture is that. "#
        + #"Write "image_role": "first-frame", or leave out "camera"."#
    static let loopEnd =
        #"loop: "loop" leads the last frame back to the first, so no other picture can be the last "#
        + #"frame. Leave out "loop", or the picture of the last frame."#

    static func moving(_ changes: KeyValuePairs<String, String?>, _ sentence: String) -> ProblemCase
    {
        ProblemCase(Request.example(mode: .textImageToVideo, changes), sentence)
    }

    static let movesRefused: [ProblemCase] = [
        moving(
            ["camera": "\"pan left\""],
            #"camera: "camera" must be an object with "pan", "tilt", "zoom" or "roll", but it is "#
                + #""pan left". \#(cameraHint)"#),
        moving(
            ["camera": "{}"],
            #"camera: "camera" moves nothing: every part of it is 0. \#(cameraHint) "#
                + #"Or leave "camera" out."#),
        moving(
            ["camera": #"{"pan": 0, "zoom": 0.0}"#],
            #"camera: "camera" moves nothing: every part of it is 0. \#(cameraHint) "#
                + #"Or leave "camera" out."#),
        moving(
            ["camera": #"{"pan": 11}"#],
            #"camera.pan: "camera.pan" must be a number from -10 to 10, but it is 11. "#
                + "Write for example 3."),
        moving(
            ["camera": #"{"zoom": "2"}"#],
            #"camera.zoom: "camera.zoom" must be a number from -10 to 10, but it is "2". "#
                + "Write 2 without quotation marks."),
        moving(
            ["camera": #"{"pam": 2, "tilt": 1}"#],
            #"camera.pam: There is no key "pam". Did you mean "pan"?"#),
        moving(["camera": #"{"pan": 2}"#, "image_role": "\"reference\""], noFirst),
        moving(["camera": #"{"pan": 2}"#, "image_role": "\"last-frame\""], noLast),
        moving(["camera": #"{"pan": 2}"#, "image": #"["a", "b"]"#], noLast),
        moving(
            ["camera": #"{"pan": 2}"#, "loop": "true"],
            #"camera: "camera" moves away from the first frame, but "loop" leads back to it. "#
                + "Keep one of the two."),
        moving(["loop": "true", "image": #"["a", "b"]"#], loopEnd),
        moving(["loop": "true", "image_role": "\"last-frame\""], loopEnd),
        ProblemCase(
            "camera", #"{"pan": 2}"#,
            #"camera: The mode "text-to-video" takes no "camera". Leave it out, or use a mode that "#
                + #"takes it: "text-image-to-video", "image-to-video"."#),
        ProblemCase(
            "camera", "7", mode: .stylization,
            #"camera: The mode "stylization" takes no "camera". Leave it out, or use a mode that "#
                + #"takes it: "text-image-to-video", "image-to-video"."#),
    ]

    @Test(arguments: refused + movesRefused)
    func refuses(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }

    @Test func camerasMove() throws {
        let text = Request.example(
            mode: .imageToVideo,
            [
                "camera": #"{"pan": -10, "zoom": 2.5}"#, "image": #"["a","b"]"#,
                "image_role": #"["first-frame","reference"]"#,
            ])
        let camera = try Self.animation(try Request.parse(text)).1
        #expect(camera == Mode.CameraMove(pan: -10, zoom: 2.5))
    }

    @Test(arguments: [#""a""#, #"["a","a"]"#])
    func loopsGoWithThePictureThatBeginsThem(image: String) throws {
        let text = Request.example(mode: .imageToVideo, ["loop": "true", "image": image])
        #expect(try Request.parse(text).loop)
    }

    @Test func picturesAreToldApartByTheirBytes() throws {
        let text = Request.example(
            mode: .imageToVideo, ["image": "[\"u\u{308}.png\", \"\u{FC}.png\"]"])
        #expect(try Request.parse(text).media.count == 2)
        let loop = Request.example(
            mode: .imageToVideo,
            ["image": "[\"u\u{308}.png\", \"\u{FC}.png\"]", "loop": "true"])
        #expect(problems(loop).map(\.field) == ["loop"])
    }
}
