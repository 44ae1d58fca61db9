// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// What is understood, checked, and then refused by this version.
@Suite struct AvailabilityTests {
    static let training =
        "Training a style is not available in this version, so the mode \"customization\" cannot be "
        + "used; the other seven modes are."

    /// A version that trains no styles and takes none.
    static let small = Availability(trainsStyles: false, missing: [.style])

    @Test(arguments: ModeName.allCases)
    func allModesAreThere(mode: ModeName) {
        #expect(mode.isAvailable)
        #expect(problems(Request.example(mode: mode), available: .thisVersion).isEmpty)
    }

    @Test(arguments: ModeName.allCases)
    func aSmallVersionSaysWhatItCannotDo(mode: ModeName) {
        let found = problems(Request.example(mode: mode), available: Self.small)
        #expect(found.map(\.message) == (mode == .customization ? [Self.training] : []))
        #expect(found.allSatisfy { $0.line == 1 && $0.column == 10 && !$0.hint.isEmpty })
    }

    @Test func whatIsWrongInEveryVersionComesFirst() {
        let text = Request.example(
            mode: .customization, ["trigger": nil, "name": "7", "wibble": "1", "steps": "0"])
        let found = problems(text, available: Self.small)
        #expect(found.map(\.field) == ["name", "wibble", "steps", "trigger", "mode"])
        #expect(found.last?.message == Self.training)
    }

    @Test func refusalsAreCountedWithTheRest() {
        let keys = (0..<Limits.problems).map { "\"wibble\($0)\": 1" }.joined(separator: ",")
        let text = "{\"mode\": 1, \"prompt\": \"a\", \"style\": \"ink\", \(keys)}"
        let found = problems(text, available: Self.small)
        #expect(found.count == Limits.problems + 1)
        #expect(found.last?.message == "There is one more problem.")
    }

    @Test(arguments: ModeName.allCases)
    func everyOtherModeTakesStyles(mode: ModeName) {
        let text = Request.example(mode: mode, ["style": "\"ink\""])
        let found = problems(text, available: .everything).map(\.field)
        #expect(found == (mode == .customization ? ["style"] : []))
    }

    @Test(arguments: Request.Format.allCases)
    func everyFormatIsThere(format: Request.Format) {
        let text = Request.example(["format": "\"\(format.rawValue)\""])
        #expect(problems(text, available: .thisVersion).isEmpty)
    }

    @Test(arguments: Limits.variations, ["true", "false"])
    func variationsAreThere(count: Int, preview: String) throws {
        let request = try Request.parse(
            Request.example(["variations": "\(count)", "preview": preview]),
            available: .thisVersion)
        #expect(request.variations == count && request.preview == (preview == "true"))
    }

    @Test func schemaKeyIsForEditors() {
        #expect(problems(Request.example(["$schema": "\"x\""]), available: .thisVersion).isEmpty)
        #expect(problems(Request.example(["$schema": "1"]), available: .thisVersion).count == 1)
    }
}
