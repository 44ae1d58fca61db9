// SPDX-License-Identifier: Apache-2.0

import JSON
import Requests
import Testing

/// The JSON Schema says what the parser does.
@Suite struct SchemaTests {
    static func schema() throws -> JSONNode {
        try JSONNode(
            parsing: try repositoryFile("examples/request.schema.json"), limits: .configuration)
    }

    @Test func hasTheKeysOfTheParser() throws {
        let properties = try #require(try Self.schema()["properties"]?.members)
        #expect(properties.map(\.key) == Field.allCases.map(\.rawValue))
        #expect(properties.allSatisfy { $0.value["description"]?.string?.isEmpty == false })
    }

    @Test func hasTheWordsOfTheParser() throws {
        let properties = try #require(try Self.schema()["properties"])
        func words(_ key: String, _ list: String = "enum") -> [String?]? {
            properties[key]?[list]?.array?.map(\.string)
        }
        #expect(words("mode", "examples") == ModeName.allCases.map(\.rawValue))
        #expect(words("format") == Request.Format.allCases.map(\.rawValue))
        #expect(words("image_role") == Mode.ImageRole.allCases.map(\.rawValue))
        #expect(words("affect") == Mode.Affect.allCases.map(\.rawValue))
        for value in try #require(properties["mode"]?["enum"]?.array) {
            let text = value.value.serialized(pretty: false)
            let found = problems("{\"mode\": \(text)}")
            #expect(!found.contains { $0.field == "mode" }, "\(text) is in the schema")
        }
    }

    @Test func hasTheLimitsOfTheParser() throws {
        let properties = try #require(try Self.schema()["properties"])
        func range(_ key: String) -> ClosedRange<Double>? {
            guard let low = properties[key]?["minimum"]?.double,
                let high = properties[key]?["maximum"]?.double
            else { return nil }
            return low...high
        }
        func same(_ range: ClosedRange<Int>) -> ClosedRange<Double> {
            Double(range.lowerBound)...Double(range.upperBound)
        }
        #expect(range("structure") == Limits.structure)
        #expect(range("strength") == Limits.strength)
        #expect(range("seconds") == Limits.seconds)
        #expect(range("frames") == same(Limits.frames))
        #expect(range("fps") == Limits.framesPerSecond)
        #expect(range("steps") == same(Limits.steps))
        #expect(range("guidance") == Limits.guidance)
        #expect(range("shift") == Limits.shift)
        #expect(range("variations") == same(Limits.variations))
        #expect(range("priority") == same(Limits.priority))
        #expect(properties["prompt"]?["maxLength"]?.int == Limits.promptBytes)
        #expect(properties["panels"]?["maxItems"]?.int == Limits.panels.upperBound)
        #expect(properties["examples"]?["maxItems"]?.int == Limits.examples.upperBound)
        #expect(properties["seed"]?["oneOf"]?.array?[0]["maximum"]?.uint64 == .max)
    }

    /// A mode's conditions forbid exactly the keys that the mode does not take.
    @Test(arguments: ModeName.allCases)
    func forbidsWhatTheModeDoesNotTake(mode: ModeName) throws {
        let schema = try Self.schema()
        var forbidden: Set<String> = []
        for condition in try #require(schema["allOf"]?.array) {
            let names = condition["if"]?["properties"]?["mode"]?["enum"]?.array ?? []
            guard names.contains(where: { $0.string == mode.rawValue }) else { continue }
            for member in condition["then"]?["properties"]?.members ?? []
            where member.value.bool == false {
                forbidden.insert(member.key)
            }
        }
        let notTaken = Field.allCases.filter { !$0.modes.contains(mode) }.map(\.rawValue)
        #expect(forbidden == Set(notTaken))
    }
}
