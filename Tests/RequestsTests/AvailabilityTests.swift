// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// What is understood, checked, and then refused by this version.
@Suite struct AvailabilityTests {
    @Test(arguments: ModeName.allCases)
    func refusesModesThatDoNotExistYet(mode: ModeName) {
        let found = problems(Request.example(mode: mode), available: .thisVersion)
        guard !mode.isAvailable else {
            #expect(found.isEmpty)
            return
        }
        #expect(found.map(\.field) == ["mode"])
        #expect(
            found.map(\.message)
                == ["The mode \"\(mode.rawValue)\" is not available in this version."])
        #expect(found.map(\.hint) == ["This version makes \"text-to-video\"."])
    }

    @Test func otherProblemsOfSuchARequestAreReportedToo() {
        let text = Request.example(mode: .stylization, ["video": nil, "structure": "2"])
        let found = problems(text, available: .thisVersion)
        #expect(found.map(\.field) == ["mode", "structure", "video"])
    }

    @Test(arguments: [
        ("style", "\"ink\""), ("deliver", #"{"fps": 24}"#), ("camera", "\"pan left\""),
        ("preview", "true"),
    ])
    func refusesKeysThatDoNothingYet(key: String, value: String) {
        let text = Request.example([key: value])
        #expect(problems(text).isEmpty)
        let found = problems(text, available: .thisVersion)
        #expect(found.map(\.message) == ["\"\(key)\" is not available in this version."])
    }

    @Test(arguments: Request.Format.allCases)
    func refusesFormatsThatDoNotExistYet(format: Request.Format) {
        let found = problems(
            Request.example(["format": "\"\(format.rawValue)\""]), available: .thisVersion)
        let isThere = format == .mp4 || format == .png
        #expect(
            found.map(\.message)
                == (isThere
                    ? [] : ["The format \"\(format.rawValue)\" is not available in this version."]))
    }

    @Test func refusesVariations() {
        let found = problems(Request.example(["variations": "2"]), available: .thisVersion)
        #expect(
            found.map(\.message) == ["More than one variation is not available in this version."])
        #expect(
            problems(Request.example(["variations": "1"]), available: .thisVersion).isEmpty)
    }

    @Test func schemaKeyIsForEditors() {
        #expect(problems(Request.example(["$schema": "\"x\""]), available: .thisVersion).isEmpty)
        #expect(problems(Request.example(["$schema": "1"]), available: .thisVersion).count == 1)
    }
}
