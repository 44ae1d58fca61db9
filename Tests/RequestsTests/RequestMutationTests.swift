// SPDX-License-Identifier: Apache-2.0

import JSON
import Requests
import Testing

/// Requests put together from wrong parts: there is always an answer, and it is a complete one.
@Suite struct RequestMutationTests {
    static let values = [
        "null", "true", "0", "-1", "1", "5", "1.5", "1e300", "18446744073709551615", "\"\"",
        "\"x\"",
        "\"04\"", "\"16:9\"", "\"832x480\"", "\"../x\"", "\"a.png\"", "\"ink\"", "[]", "{}", "[[]]",
        #"["a.png"]"#, #"[{"image":"a.png","at":0}]"#, #"[{"name":"ink","weight":1}]"#,
        ##"{"box":[0,0,1,1]}"##, ##"{"color":"#ffffff","tolerance":2}"##, ##"{"fps":24}"##,
        #"{"box":{"at":[]}}"#, #"[null]"#, #"[{"at":{}}]"#, "false",
        #"["a.png","b.png"]"#, #"["first-frame","first-frame"]"#, #"["last-frame"]"#,
        #"[{"image":"a.png"},{"image":"b.png","at":700}]"#, #"{"pan":1,"roll":-3}"#,
        #"{"zoom":0,"pan":[]}"#, #"{"image":"a.png","grid":"3x2","at":[0,1]}"#,
        #"{"image":"a.png","at":1}"#, #"{"outline":[[0,0],[1,0],[0.5,1]],"at":2}"#,
        #"{"outline":[[0],[],[2,2]]}"#, "\"first-frame\"", "\"3x2\"",
    ]

    @Test(arguments: UInt64(0)..<20)
    func everyRequestIsAnswered(seed: UInt64) {
        var state = seed
        func random(below bound: Int) -> Int {
            // Knuth's MMIX generator; its upper bits are good enough to choose test data.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let keys = Field.allCases.map(\.rawValue) + ["wibble", ""]
        for _ in 0..<300 {
            var members = ["\"mode\": \(1 + random(below: 8))"]
            for _ in 0..<random(below: 12) {
                let key = keys[random(below: keys.count)]
                members.append("\"\(key)\": \(Self.values[random(below: Self.values.count)])")
            }
            let text = "{" + members.joined(separator: ",\n") + "}"
            do throws(RequestError) {
                let request = try Request.parse(text)
                #expect(request.media.allSatisfy { !$0.text.contains("..") })
            } catch {
                #expect(!error.problems.isEmpty)
                #expect(error.problems.allSatisfy { !$0.message.isEmpty && !$0.hint.isEmpty })
                #expect(error.report(fileName: "x.json").hasSuffix("in this folder.\n"))
            }
        }
    }
}
