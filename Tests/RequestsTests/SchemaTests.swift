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
        let schema = try Self.schema()
        let properties = try #require(schema["properties"])
        func words(_ key: String, _ list: String = "enum") -> [String?]? {
            properties[key]?[list]?.array?.map(\.string)
        }
        #expect(words("mode", "examples") == ModeName.allCases.map(\.rawValue))
        #expect(words("format") == Request.Format.allCases.map(\.rawValue))
        let roles = schema["$defs"]?["role"]?["enum"]?.array?.map(\.string)
        #expect(roles == Mode.ImageRole.allCases.map(\.rawValue))
        #expect(words("affect") == Mode.Affect.allCases.map(\.rawValue))
        for value in try #require(properties["mode"]?["enum"]?.array) {
            let text = value.value.serialized(pretty: false)
            let found = problems("{\"mode\": \(text)}")
            #expect(!found.contains { $0.field == "mode" }, "\(text) is in the schema")
        }
    }

    @Test func hasTheLimitsOfTheParser() throws {
        let schema = try Self.schema()
        let properties = try #require(schema["properties"])
        let definitions = try #require(schema["$defs"])
        func range(_ key: String, of nodes: JSONNode? = nil) -> ClosedRange<Double>? {
            guard let low = (nodes ?? properties)[key]?["minimum"]?.double,
                let high = (nodes ?? properties)[key]?["maximum"]?.double
            else { return nil }
            return low...high
        }
        func count(_ node: JSONNode?) -> ClosedRange<Int>? {
            guard let low = node?["minItems"]?.int, let high = node?["maxItems"]?.int else {
                return nil
            }
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
        #expect(range("steps") == same(Limits.trainingSteps))
        #expect(range("rank") == same(Limits.rank))
        #expect(range("alpha") == Limits.alpha)
        #expect(range("learning_rate") == Limits.learningRate)
        #expect(range("batch") == same(Limits.batch))
        #expect(range("prior") == Limits.prior)
        #expect(
            properties["examples"]?["items"]?["oneOf"]?.array?[1]["properties"]?["caption"]?[
                "maxLength"]?.int == Limits.captionBytes)
        let fewerSteps = schema["allOf"]?.array?.compactMap {
            $0["then"]?["properties"]?["steps"]?["maximum"]?.int
        }
        #expect(fewerSteps == [Limits.steps.upperBound])
        #expect(range("guidance") == Limits.guidance)
        #expect(range("shift") == Limits.shift)
        #expect(range("variations") == same(Limits.variations))
        #expect(range("priority") == same(Limits.priority))
        #expect(properties["prompt"]?["maxLength"]?.int == Limits.promptBytes)
        #expect(count(properties["image"]?["oneOf"]?.array?[1]) == Limits.images)
        #expect(count(properties["image_role"]?["oneOf"]?.array?[1]) == Limits.images)
        let panels = try #require(properties["panels"]?["oneOf"]?.array)
        #expect(count(panels[0]) == Limits.panels)
        #expect(count(panels[1]["properties"]?["at"]) == Limits.gridCells)
        #expect(
            panels[1]["properties"]?["grid"]?["pattern"]?.string
                == "^(?!1x1$)[1-\(Limits.gridSide.upperBound)]x[1-\(Limits.gridSide.upperBound)]$")
        let masks = try #require(properties["mask"]?["oneOf"]?.array)
        #expect(count(masks[3]["properties"]?["outline"]) == Limits.outline)
        #expect(range("move", of: definitions) == Limits.camera)
        #expect(range("time", of: definitions) == Limits.time)
        #expect(range("fraction", of: definitions) == 0...1)
        #expect(range("tolerance", of: masks[4]["properties"]) == Limits.tolerance)
        #expect(count(properties["examples"]) == Limits.examples)
        #expect(count(properties["style"]?["oneOf"]?.array?[1]) == Limits.styles)
        let style = try #require(definitions["style"]?["oneOf"]?.array?[1]["properties"])
        #expect(range("weight", of: style) == Limits.styleWeight)
        #expect(Limits.styleVersion == 1...9999, "the pattern of style_name says so")
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
