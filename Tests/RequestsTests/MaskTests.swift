// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// Masks: files, boxes, outlines and colours.
@Suite struct MaskTests {
    static let hint =
        ##"Write for example "mask.png", {"box": [0.1, 0.2, 0.3, 0.4]} or {"color": "#00ff00"}."##
    static let boxHint = "Write [left, top, width, height] in fractions: [0.1, 0.2, 0.3, 0.4]."
    static let outlineHint =
        "Write the corners of the subject in fractions of the frame, each as [across, down]: "
        + "[[0.3, 0.2], [0.7, 0.2], [0.5, 0.8]]."
    static let oneOf = #"mask: "mask" must have one of "image", "box", "outline" and "color""#
    static let colorWanted = ##"mask.color: "mask.color" must be a colour such as "#00ff00", but"##
    static let colorHint = "Write # and two hexadecimal digits each for red, green and blue."

    static func mask(_ value: String, _ sentences: String...) -> ProblemCase {
        ProblemCase(Request.example(mode: .mask, ["mask": value]), sentences)
    }

    static let refused: [ProblemCase] = [
        mask(
            "7",
            #"mask: "mask" must be the name of a file, a box, an outline or a colour, but it is 7. "#
                + hint),
        mask(
            "[0,0,1,1]",
            #"mask: "mask" must be the name of a file, a box, an outline or a colour, but it is a "#
                + "list. " + hint),
        mask("{}", "\(oneOf). \(hint)"),
        mask(#"{"at":1}"#, "\(oneOf). \(hint)"),
        mask(
            ##"{"box":[0,0,1,1],"color":"#000000"}"##,
            #"\#(oneOf), but it has "box" and "color". \#(hint)"#),
        mask(
            #"{"outlin":[]}"#,
            #"mask.outlin: There is no key "outlin". Did you mean "outline"?"#),
        mask(
            #"{"image":"../m.png"}"#,
            #"mask.image: "mask.image" must be the name of a file beside the request, but ".." leads "#
                + #"out of the request's folder: "../m.png". "#
                + "Put the file beside the request and write only its name."),
        mask(
            #"{"image":"m.png","at":-1}"#,
            #"mask.at: "mask.at" must be a number from 0 to 600, but it is -1. Write for example 0."#
        ),
        mask(
            #"{"box":[0,0,1]}"#,
            #"mask.box: "mask.box" must be a list of four numbers, but it is a list. \#(boxHint)"#),
        mask(
            #"{"box":[0.5,0,0.6,1]}"#,
            #"mask.box: "mask.box" is empty or leaves the frame. \#(boxHint)"#),
        mask(
            #"{"box":[0,0,0,1]}"#,
            #"mask.box: "mask.box" is empty or leaves the frame. \#(boxHint)"#),
        mask(
            #"{"box":[0,0,100,1]}"#,
            #"mask.box[2]: "mask.box[2]" must be a number from 0 to 1, but it is 100. "#
                + "Write for example 0.25."),
        mask(
            #"{"outline":"round"}"#,
            #"mask.outline: "mask.outline" must be a list of points in square brackets, but it is "#
                + #""round". \#(outlineHint)"#),
        mask(
            #"{"outline":[[0,0],[1,1]]}"#,
            #"mask.outline: "mask.outline" must have 3 to 256 points, but it has 2. \#(outlineHint)"#
        ),
        mask(
            "{\"outline\":[" + Array(repeating: "[0,1]", count: 257).joined(separator: ",") + "]}",
            #"mask.outline: "mask.outline" must have 3 to 256 points, but it has 257. "#
                + outlineHint),
        mask(
            #"{"outline":[[0,0],[1,1],[1]]}"#,
            #"mask.outline[2]: "mask.outline[2]" must be a point such as [0.3, 0.2], but it is a "#
                + "list. " + outlineHint),
        mask(
            #"{"outline":[[0,0],[1,1],[0,320]]}"#,
            #"mask.outline[2][1]: "mask.outline[2][1]" must be a number from 0 to 1, but it is 320. "#
                + "Write for example 0.25."),
        mask(
            #"{"outline":[[0.1,0.1],[0.2,0.2],[0.9,0.9],[0.5,0.5]]}"#,
            #"mask.outline: "mask.outline" encloses nothing: all its points are on one line. "#
                + outlineHint),
        mask(
            #"{"outline":[[0.5,0.5],[0.5,0.5],[0.5,0.5]]}"#,
            #"mask.outline: "mask.outline" encloses nothing: all its points are on one line. "#
                + outlineHint),
        mask(##"{"color":"green"}"##, "\(colorWanted) it is \"green\". \(colorHint)"),
        mask(##"{"color":"#00ff0"}"##, "\(colorWanted) it is \"#00ff0\". \(colorHint)"),
        mask(##"{"color":"#00ff0g"}"##, "\(colorWanted) it is \"#00ff0g\". \(colorHint)"),
        mask(
            ##"{"color":"#00ff00","tolerance":1.5}"##,
            #"mask.tolerance: "mask.tolerance" must be a number from 0 to 1, but it is 1.5. "#
                + "Write for example 0.1."),
        mask(
            ##"{"color":"#00ff00","at":1}"##,
            #"mask.at: There is no key "at". Here only "color", "tolerance" can stand."#),
        mask(
            #"{"box":[0,0,1,2],"tolerance":1}"#,
            #"mask.box[3]: "mask.box[3]" must be a number from 0 to 1, but it is 2. "#
                + "Write for example 0.25.",
            #"mask.tolerance: There is no key "tolerance". Here only "box", "at" can stand."#),
    ]

    @Test(arguments: refused)
    func refuses(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }

    static func masking(_ changes: KeyValuePairs<String, String?>) throws -> Mode.Masking {
        guard
            case .mask(let masking) = try Request.parse(
                Request.example(mode: .mask, changes)
            ).mode
        else { return try #require(nil, "a mask is a mask") }
        return masking
    }

    @Test(
        arguments: [
            (
                #"{"box":[0.7,0,0.3,1],"at":2}"#,
                .box(x: 0.7, y: 0, width: 0.3, height: 1, at: 2)
            ),
            (
                #"{"outline":[[0,0],[1,0],[0.5,1]]}"#,
                .outline([.init(x: 0, y: 0), .init(x: 1, y: 0), .init(x: 0.5, y: 1)], at: 0)
            ),
            (
                ##"{"color":"#00Ff7f","tolerance":0}"##,
                .color(red: 0, green: 255, blue: 127, tolerance: 0)
            ),
            (##"{"color":"#000000"}"##, .color(red: 0, green: 0, blue: 0, tolerance: 0.1)),
        ] as [(String, Mode.MaskSelection)])
    func selections(text: String, selection: Mode.MaskSelection) throws {
        #expect(try Self.masking(["mask": text]).selection == selection)
    }

    @Test(arguments: [("\"m.png\"", 0), (#"{"image":"m.png","at":1.5}"#, 1.5)])
    func filesBelongToATime(text: String, time: Double) throws {
        guard case .file(let path, let at) = try Self.masking(["mask": text]).selection else {
            Issue.record("a file is a file")
            return
        }
        #expect(path.text == "m.png" && at == time)
    }

    @Test(arguments: [nil, "\"subject\"", "\"background\""])
    func affects(side: String?) throws {
        let masking = try Self.masking(["affect": side, "image": #"["a","b"]"#])
        #expect(masking.affect == (side == "\"background\"" ? .background : .subject))
        #expect(masking.images.map(\.text) == ["a", "b"])
    }
}
