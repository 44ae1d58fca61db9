// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// Storyboards: panels with and without times, and grids of panels in one picture.
@Suite struct PanelTests {
    static func source(_ panels: String) throws -> Mode.Source {
        let request = try Request.parse(Request.example(mode: .storyboard, ["panels": panels]))
        guard case .storyboard(let restyling) = request.mode else {
            return try #require(nil, "\(request.mode) is no storyboard")
        }
        return restyling.source
    }

    static let hint = #"Write for example [{"image": "a.png", "at": 0}]."#
    static let sheetHint = #"Write for example {"image": "sheet.png", "grid": "3x2"}."#
    static let gridHint = #""3x2" is a grid of 3 columns and 2 rows."#
    static let gridRange =
        "must be at most 8 columns and 8 rows, and at least 2 panels, but it is"
    static let timesHint =
        "Write one time in seconds for each panel, line by line, such as [0, 0.5, 1]."

    static func panels(_ value: String, _ sentence: String) -> ProblemCase {
        ProblemCase("panels", value, mode: .storyboard, sentence)
    }

    static let refused: [ProblemCase] = [
        panels(
            "7",
            #"panels: "panels" must be a list of panels in square brackets, but it is 7. \#(hint)"#),
        panels("[]", #"panels: "panels" must have 1 to 64 panels, but it has 0. \#(hint)"#),
        panels(
            "[" + Array(repeating: #"{"image":"a"}"#, count: 65).joined(separator: ",") + "]",
            #"panels: "panels" must have 1 to 64 panels, but it has 65. \#(hint)"#),
        panels(
            #"["a.png"]"#,
            #"panels[0]: "panels[0]" must be an object with "image" and "at", but it is "a.png". "#
                + hint),
        panels(#"[{"at":0}]"#, #"panels[0]: "panels[0]" has no "image". \#(hint)"#),
        panels(
            #"[{"image":"a","at":0},{"image":"b","at":1},{"image":"c","at":-1}]"#,
            #"panels[2].at: "panels[2].at" must be a number from 0 to 600, but it is -1. "#
                + "Write for example 1.5."),
        panels(
            #"[{"image":"a","at":0},{"image":"b","at":0.0}]"#,
            #"panels[1].at: "panels[1].at" is the same time as "panels[0].at". "#
                + "Give every panel a time of its own."),
        panels(
            #"[{"image":"a","at":0},{"image":"b"},{"image":"c"}]"#,
            #"panels[1]: "panels[1]" has no "at", but other panels have one. Give every panel its "#
                + "time in seconds, or none: then they are spread evenly."),
        panels("{}", #"panels: "panels" has no "image". \#(sheetHint)"#),
        panels(
            #"{"image":"s","gird":"3x2"}"#,
            #"panels.gird: There is no key "gird". Did you mean "grid"?"#),
        panels(
            #"{"image":"s","grid":"3 X 2"}"#,
            #"panels.grid: "panels.grid" must be a grid such as "3x2", but it is "3 X 2". "#
                + #"Write "3x2"."#),
        panels(
            #"{"image":"s","grid":6}"#,
            #"panels.grid: "panels.grid" must be a grid such as "3x2", but it is 6. Write "3x2"."#),
        panels(
            #"{"image":"s","grid":"9x1"}"#,
            #"panels.grid: "panels.grid" \#(gridRange) "9x1". \#(gridHint)"#),
        panels(
            #"{"image":"s","grid":"1x1"}"#,
            #"panels.grid: "panels.grid" \#(gridRange) "1x1". \#(gridHint)"#),
        panels(
            #"{"image":"s","grid":"0x4"}"#,
            #"panels.grid: "panels.grid" must be a grid such as "3x2", but it is "0x4". "#
                + #"Write "3x2"."#),
        panels(
            #"{"image":"s","grid":"3x1","at":[0,1]}"#,
            #"panels.at: "panels.at" has 2 times, but a grid of 3x1 has 3 panels. \#(timesHint)"#),
        panels(
            #"{"image":"s","at":[0]}"#,
            #"panels.at: "panels.at" must have 2 to 64 times, but it has 1. \#(timesHint)"#),
        panels(
            #"{"image":"s","at":1}"#,
            #"panels.at: "panels.at" must be a list of times in square brackets, but it is 1. "#
                + timesHint),
        panels(
            #"{"image":"s","at":[0,1,1]}"#,
            #"panels.at[2]: "panels.at[2]" is the same time as "panels.at[1]". "#
                + "Give every panel a time of its own."),
        ProblemCase(
            "video", "\"a.mp4\"", mode: .storyboard,
            #"panels: "video" and "panels" are both given. Keep one of the two."#),
    ]

    static let late = "Choose an earlier time, or make the video longer."

    static let tooLate: [ProblemCase] = [
        ProblemCase(
            "seconds", "1", mode: .storyboard,
            #"panels[1].at: "panels[1].at" is 1.5 s, but the video ends after 1 s. "#
                + late),
        ProblemCase(
            Request.example(mode: .storyboard, ["frames": "17", "fps": "12"]),
            #"panels[1].at: "panels[1].at" is 1.5 s, but the video ends after 1.417 s. "#
                + late),
        ProblemCase(
            Request.example(
                mode: .storyboard, ["panels": #"{"image":"s","at":[0,3]}"#, "seconds": "2.5"]),
            #"panels.at[1]: "panels.at[1]" is 3 s, but the video ends after 2.5 s. "#
                + late),
        ProblemCase(
            Request.example(
                mode: .mask, ["mask": #"{"box":[0,0,1,1],"at":3}"#, "seconds": "2"]),
            #"mask.at: "mask.at" is 3 s, but the video ends after 2 s. \#(late)"#),
    ]

    @Test(arguments: refused + tooLate)
    func refuses(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }

    @Test(arguments: [("seconds", "1.5"), ("frames", "5"), ("frames", "17"), ("fps", "1")])
    func timesAreComparedWithALengthThatIsKnown(key: String, value: String) {
        #expect(problems(Request.example(mode: .storyboard, [key: value])).isEmpty)
    }

    @Test func panelsHaveTimesOrNone() throws {
        guard
            case .panels(let timed) = try Self.source(
                #"[{"image":"b","at":1},{"image":"a","at":0.5}]"#),
            case .panels(let even) = try Self.source(#"[{"image":"b"},{"image":"a"}]"#)
        else {
            Issue.record("panels are panels")
            return
        }
        #expect(timed.map(\.at) == [1, 0.5] && timed.map(\.image.text) == ["b", "a"])
        #expect(even.map(\.at) == [nil, nil])
    }

    @Test(
        arguments: [
            (#"{"image":"s"}"#, nil, nil, nil),
            (#"{"image":"s","grid":"3x2"}"#, 3, 2, nil),
            (#"{"image":"s","at":[2,0.5]}"#, nil, nil, [2, 0.5]),
            (#"{"image":"s","grid":"1x2","at":[0,1]}"#, 1, 2, [0, 1]),
        ] as [(String, Int?, Int?, [Double]?)])
    func sheets(text: String, columns: Int?, rows: Int?, times: [Double]?) throws {
        guard case .sheet(let image, columns, rows, times) = try Self.source(text) else {
            Issue.record("\(text) is another sheet")
            return
        }
        #expect(image.text == "s")
    }

    @Test func structureOfPanelsIsSaidInVain() throws {
        let text = Request.example(mode: .storyboard, ["structure": "0.5"])
        let sentence =
            "\"structure\" says how closely a video is followed; it does nothing with \"panels\"."
        #expect(try Request.parse(text).warnings == [sentence])
        let mockUp = Request.example(
            mode: .storyboard, ["structure": "0.5", "panels": nil, "video": "\"m.mp4\""])
        #expect(try Request.parse(mockUp).warnings.isEmpty)
    }
}
