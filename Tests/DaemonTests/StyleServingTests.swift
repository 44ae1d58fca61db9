// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import TestSupport
import Testing

/// The whole program with a library of styles.
@Suite("Styles and the program")
struct StyleServingTests {
    private func styled(_ style: String) -> String {
        String(smallRequest().dropLast()) + ", \"style\": \(style)}"
    }

    private func withLibrary(_ body: (Root, String) throws -> Void) throws {
        try withRoot { root in
            let library = "\(root.path)/styles"
            try Directory.ensure(Path("\(library)/ink"))
            for version in 1...2 {
                let bytes = adapterFile(seed: UInt64(version), width: 24)
                try WholeFile.write(bytes, to: Path("\(library)/ink/\(version).safetensors"))
            }
            try body(root, library)
        }
    }

    @Test func `a request is served with its style, and one with a wrong name is told`() throws {
        try withLibrary { root, library in
            try root.drop("plain.json", smallRequest())
            try root.drop("newest.json", styled("\"ink\""))
            try root.drop("older.json", styled(#"[{"name": "ink@1", "weight": 0.8}]"#))
            try root.drop("typo.json", styled("\"inc\""))
            let end = try Program.serve(root, "--once", "--styles", library).end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox") == ["newest", "older", "plain", "typo.failed"])
            let newest = try root.text("outbox/newest/result.json")
            #expect(newest.contains(#""name": "ink","#) && newest.contains(#""version": 2,"#))
            #expect(newest.contains(#""matched": 4,"#), "\(newest)")
            let older = try root.text("outbox/older/result.json")
            #expect(older.contains(#""version": 1,"#) && older.contains(#""weight": 0.8,"#))
            let posters = try Set(
                ["plain", "newest", "older"].map { try root.bytes("outbox/\($0)/poster.jpg") })
            #expect(posters.count == 3)
            let explanation = try root.text("outbox/typo.failed/error.txt")
            #expect(explanation.contains("There is no style 'inc'."), "\(explanation)")
            #expect(explanation.contains("Did you mean 'ink'?"), "\(explanation)")
            #expect(explanation.contains("line 1, column"), "\(explanation)")
        }
    }

    @Test func `a library that is not there is no trouble for who wants none of it`() throws {
        try withRoot { root in
            try root.drop("plain.json", smallRequest())
            try root.drop("styled.json", styled("\"ink\""))
            let end = try Program.serve(root, "--once", "--styles", "\(root.path)/nowhere").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox") == ["plain", "styled.failed"])
            let explanation = try root.text("outbox/styled.failed/error.txt")
            #expect(explanation.contains("No style is installed in '"), "\(explanation)")
        }
    }

    @Test func `lists, shows and removes`() throws {
        try withLibrary { root, library in
            func styles(_ words: String...) throws
                -> (status: Int32, output: String, complaints: String)
            {
                try Program(["styles"] + words + ["--styles", library]).end()
            }
            let list = try styles()
            #expect(list.status == 0)
            #expect(list.output.hasPrefix("ink@1  ") && list.output.contains("\nink@2  "))
            #expect(try styles("list", "--json").output.contains(#""call": "ink@2""#))
            #expect(try styles("show", "ink@2").output.contains("/ink/2.safetensors"))
            #expect(try styles("show", "inc").status == 66)
            #expect(try styles("show", "inc").complaints.contains("Did you mean 'ink'?"))
            #expect(try styles("show", "../ink").status == 64)
            #expect(try styles("remove", "ink@1").output == "removed 'ink@1'\n")
            #expect(try styles("remove", "ink@1").status == 66)
            #expect(try styles("remove", "ink").output == "removed 'ink@2'\n")
            let empty = try styles()
            #expect(empty.status == 0 && empty.output.hasPrefix("There are no styles in '"))
        }
    }
}
