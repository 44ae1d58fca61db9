// SPDX-License-Identifier: Apache-2.0

import Spool
import TestSupport
import Testing

/// A service that is killed while a request's files are on their way loses none of them.
@Suite struct MediaRecoveryTests {
    static let list = "rushes media 1\ncopy a%20b/🎈.png 0\ncopy c.mov 1\nfault d missing d c.mov\n"
        .replacing("🎈", with: "%f0%9f%8e%88")

    static let accepting = [
        Leftover("an empty in", ["claim": Leftover.claim, "in/": ""], others: dropped),
        Leftover(
            "half a copy", ["claim": Leftover.claim, "in/0": "pict", "in/1": ""], others: dropped),
        Leftover(
            "half a list",
            ["claim": Leftover.claim, "in/0": "picture", "in/1": "clip", ".media.new": "rus"],
            others: dropped),
        Leftover(
            "everything but the request",
            ["claim": Leftover.claim, "in/0": "picture", "in/1": "clip", "media": list],
            others: dropped),
        Leftover(
            "everything",
            [
                "claim": Leftover.claim, "in/0": "picture", "in/1": "clip", "media": list,
                "request.json": Leftover.request,
            ]),
    ]
    private static let dropped = ["inbox/alice/x.json": Leftover.request]

    private func restore(_ leftover: Leftover, in root: Folder) throws {
        for (name, text) in leftover.files {
            if name.hasSuffix("/") { try root.make(name) } else { try root.write(text, name) }
        }
    }

    @Test(arguments: accepting)
    func acceptingConverges(leftover: Leftover) throws {
        try withService { service in
            try restore(leftover, in: service.root)
            #expect(try service.run() == Service.Run(published: ["alice/x"], troubles: []))
            let files = service.tree.filter { !$0.hasSuffix("/") }
            #expect(files == ["outbox/alice/x/film.mp4", "outbox/alice/x/request.json"])
            #expect(!service.tree.contains { $0.hasPrefix("spool/") })
        }
    }

    /// Every state of the way back, of which the last is the whole result.
    static let returning: [[String: String]] = [
        ["in/0": "picture", "in/1": "clip", "request.json": Leftover.request],
        ["in/0": "picture", "in/1": "clip", "out/a b/": "", "request.json": Leftover.request],
        ["out/a b/🎈.png": "picture", "in/1": "clip", "request.json": Leftover.request],
        [
            "out/a b/🎈.png": "picture", "out/c.mov": "clip", "in/": "",
            "request.json": Leftover.request,
        ],
        ["out/a b/🎈.png": "picture", "out/c.mov": "clip", "out/request.json": Leftover.request],
    ]

    @Test(arguments: returning)
    func comingBackConverges(state: [String: String]) throws {
        try withService { service in
            let rest = [
                "claim": Leftover.claim, "media": Self.list, "outcome": "failed\n",
                "out/error.txt": "why",
            ]
            try restore(Leftover("", state.merging(rest) { $1 }), in: service.root)
            let run = try service.run()
            #expect(run == Service.Run(published: ["alice/x.failed"], troubles: []))
            let files = service.tree.filter { !$0.hasSuffix("/") }
            let folder = "outbox/alice/x.failed"
            #expect(
                files == [
                    "\(folder)/a b/🎈.png", "\(folder)/c.mov", "\(folder)/error.txt",
                    "\(folder)/request.json",
                ])
            #expect(service.root.text("\(folder)/a b/🎈.png") == "picture")
            #expect(!service.tree.contains { $0.hasPrefix("spool/") })
        }
    }

    /// A list that foreign hands damaged costs the names, not the job.
    @Test(arguments: [
        "", "hello", "rushes media 2\ncopy a 0\n",
        "rushes media 1\n\ncopy\nfault a what\ncopy % 0\n",
    ])
    func aDamagedListIsNone(text: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("{}", "request.json")
            try folder.write(text, "media")
            let workplace = try Workplace(folder: folder.path)
            let media = try workplace.media()
            #expect(media == [])
        }
    }

    @Test(arguments: [
        MediaFault.missing(part: "a b/ü", siblings: ["%", "🎈 x", "y"]), .outside,
        .link, .hardLink, .folder, .special, .forbidden, .tooLarge, .tooMuch, .changing,
        .unreadable("Input/output error"),
    ])
    func everyFaultOutlivesTheProcess(fault: MediaFault) throws {
        let words: String =
            switch fault {
            case .missing: "missing a%20b/%c3%bc %25 %f0%9f%8e%88%20x y"
            case .unreadable: "unreadable Input/output%20error"
            case .tooLarge: "too-large"
            case .tooMuch: "too-much"
            case .hardLink: "hard-link"
            default: "\(fault)"
            }
        try withTemporaryFolder { folder in
            try folder.write("{}", "request.json")
            try folder.write("rushes media 1\nfault n%20m \(words)\n", "media")
            let workplace = try Workplace(folder: folder.path)
            let media = try workplace.media()
            #expect(media == [Medium(name: "n m", place: .failure(fault))])
        }
    }
}
