// SPDX-License-Identifier: Apache-2.0

import JSON
import Requests
import Testing

/// What stands in `examples/` works.
@Suite struct ExampleTests {
    @Test(arguments: ModeName.allCases)
    func everyExampleInAReportIsValid(mode: ModeName) throws {
        let request = try Request.parse(Request.example(mode: mode))
        #expect(request.mode.name == mode && request.warnings.isEmpty)
    }

    @Test(arguments: ModeName.allCases)
    func everyModeHasAFile(mode: ModeName) throws {
        let bytes = try repositoryFile("examples/\(mode.rawValue).json")
        let request = try Request(parsing: bytes, available: .everything)
        #expect(request.mode.name == mode && request.warnings.isEmpty)
        #expect(request.media.allSatisfy { $0.text.hasPrefix("media/") })
        #expect(request.media.isEmpty == (mode == .textToVideo))
        for path in request.media {
            #expect(try !repositoryFile("examples/\(path.text)").isEmpty)
        }
    }

    @Test func everyKeyIsDocumentedAndEveryDocumentedRequestWorks() throws {
        let text = String(decoding: try repositoryFile("examples/README.md"), as: UTF8.self)
        let parts = text.split(separator: "```", omittingEmptySubsequences: false)
        let requests = parts.enumerated().filter { index, part in
            index % 2 == 1 && part.hasPrefix("json\n")
        }.map { $1.dropFirst("json\n".count) }
        #expect(requests.count >= ModeName.allCases.count)
        var modes: Set<ModeName> = []
        for request in requests {
            modes.insert(try Request.parse(String(request)).mode.name)
        }
        #expect(modes == Set(ModeName.allCases))
        for field in Field.allCases where field != .schema {
            #expect(text.contains("\n| `\(field.rawValue)` |"), "\(field.rawValue) is undocumented")
        }
    }
}
