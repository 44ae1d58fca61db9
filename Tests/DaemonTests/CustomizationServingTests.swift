// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A request for a style of the smallest golden model, with a name of its own.
private func styleRequest(steps: Int = 3, more: String = "") -> String {
    """
    {"mode": "customization", "model": "narrow", "name": "ink", "trigger": "in ink", \
    "examples": ["harbour.png", "style.png", {"image": "panel-1.png", "caption": "a boat"}], \
    "size": "32x32", "frames": 5, "steps": \(steps), "seed": 3, "batch": 1, "rank": 2\(more)}
    """
}

extension Root {
    /// Puts the examples into the inbox, where they stay: another request may name them too.
    fileprivate func dropExamples(style: [UInt8]? = nil) throws {
        for name in ["harbour.png", "style.png", "panel-1.png"] {
            let bytes = try name == "style.png" ? style ?? Root.example(name) : Root.example(name)
            let folder = try Folder(path).make("inbox")
            try Data(bytes).write(to: URL(fileURLWithPath: folder.at(name)))
        }
    }

    fileprivate func serve(_ words: String...) throws -> Program {
        try Program(
            [
                "serve", "--bare", "--root", path, "--models", Root.models, "--styles",
                "\(path)/styles",
            ]
                + words)
    }

    /// Whether a worker has come to its steps and saved some.
    fileprivate var isTraining: Bool {
        names(in: "spool/jobs").contains { has("spool/jobs/\($0)/checkpoint/training") }
    }
}

@Suite("A service that trains a style", .serialized)
struct CustomizationServingTests {
    private static let files = [
        "before-after.jpg", "ink.safetensors", "loss.svg", "request.json", "result.json",
    ]

    @Test func `publishes adapter, sheet, curve and record`() throws {
        try withRoot { root in
            try root.dropExamples()
            try root.drop("look.json", styleRequest())
            let end = try root.serve("--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox/look") == Self.files)
            let result = try root.text("outbox/look/result.json")
            #expect(result.contains(#""name": "ink""#) && result.contains(#""trigger": "in ink""#))
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    @Test func `publishes nothing of a style whose examples are the same or unreadable`() throws {
        try withRoot { root in
            try root.dropExamples(style: Root.example("harbour.png"))
            try root.drop("same.json", styleRequest())
            #expect(try root.serve("--once").end().status == 0)
            let same = try root.text("outbox/same.failed/error.txt")
            #expect(same.contains("'style.png' has the same content as 'harbour.png'."), "\(same)")
            try root.dropExamples(style: Array("no picture".utf8))
            try root.drop("broken.json", styleRequest())
            #expect(try root.serve("--once").end().status == 0)
            let broken = try root.text("outbox/broken.failed/error.txt")
            #expect(broken.contains("'style.png'"), "\(broken)")
            #expect(root.names(in: "outbox") == ["broken.failed", "same.failed"])
            #expect(!root.has("styles"))
        }
    }

    @Test(arguments: [SIGKILL, SIGTERM])
    func `goes on where it was, to the same bytes`(signal: Int32) throws {
        try withRoot { root in
            let request = styleRequest(steps: 60)
            try root.dropExamples()
            try root.drop("look.json", request)
            let service = try root.serve("--save-every", "0")
            #expect(root.waits { root.isTraining })
            service.signal(signal)
            let end = service.end()
            #expect(end.status == (signal == SIGTERM ? 0 : 1009), "\(end.complaints)")
            #expect(!root.has("outbox/look") && !root.has("styles/ink"))
            #expect(try root.serve("--once").end().status == 0)
            #expect(root.names(in: "outbox/look") == Self.files)

            try root.drop("again.json", request)
            #expect(try root.serve("--once").end().status == 0)
            for file in ["ink.safetensors", "before-after.jpg", "loss.svg"] {
                #expect(try root.bytes("outbox/look/\(file)") == root.bytes("outbox/again/\(file)"))
            }
        }
    }
}
