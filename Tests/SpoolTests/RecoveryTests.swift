// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import TestSupport
import Testing

/// What a crash left of one request, `alice/x.json`, and what the next start makes of it.
struct Leftover: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Files below the root; a name that ends in `/` is an empty folder.
    let files: [String: String]
    /// What the next start publishes.
    let published: [String]
    /// What stands in the outbox in the end, with the film and the request.
    let results: [String]

    static let job = "spool/jobs/01jdxyz000-abc123"
    static let claim = "rushes claim 1\n1700000000000\nalice/x.json\n"
    static let request = "{the request}"

    /// `job` are the files of the job folder, `others` further files below the root.
    init(
        _ name: String, _ job: [String: String], others: [String: String] = [:],
        published: [String] = ["alice/x"], results: [String] = ["alice/x"]
    ) {
        testDescription = name
        var files = others
        for (name, text) in job { files["\(Self.job)/\(name)"] = text }
        (self.files, self.published, self.results) = (files, published, results)
    }

    private static let dropped = ["inbox/alice/x.json": request]
    private static let shown = [
        "outbox/alice/x/film.mp4": Service.film, "outbox/alice/x/request.json": request,
    ]

    /// Every line of the table in `Fate`, and the torn states inside its steps.
    static let all = [
        // Accepting.
        Leftover("the folder", ["": ""], others: dropped),
        Leftover("half a claim", [".claim.new": "rushes cl"], others: dropped),
        Leftover("a claim", ["claim": claim], others: dropped),
        Leftover("a request", ["claim": claim, "request.json": request]),
        Leftover(
            "an old way to write the path",
            ["claim": "rushes claim 1\n1\nal%69ce/%78.json\n", "request.json": request]),
        // Working.
        Leftover(
            "a beginning",
            ["claim": claim, "request.json": request, "attempts": "2 1\n", ".attempts.new": "3"]),
        Leftover(
            "a cancelled job that has its results",
            [
                "claim": claim, "out/film.mp4": Service.film, "out/request.json": request,
                "outcome": "done\n", "cancelled": "",
            ]),
        Leftover("an empty output", ["claim": claim, "request.json": request, "out/": ""]),
        Leftover(
            "half a film",
            [
                "claim": claim, "request.json": request, "out/film.mp4": "half",
                "out/frames/1.png": "half", "out/.film.new": "half",
            ]),
        Leftover(
            "a film without an outcome",
            [
                "claim": claim, "request.json": request, "out/film.mp4": Service.film,
                ".outcome.new": "do",
            ]),
        Leftover(
            "a damaged outcome",
            ["claim": claim, "request.json": request, "out/film.mp4": "half", "outcome": "don"]),
        Leftover(
            "an empty outcome",
            ["claim": claim, "request.json": request, "out/film.mp4": "half", "outcome": ""]),
        // Publishing.
        Leftover(
            "an outcome",
            [
                "claim": claim, "request.json": request, "out/film.mp4": Service.film,
                "outcome": "done\n", "attempts": "1 0\n",
            ]),
        Leftover(
            "the request with the results",
            [
                "claim": claim, "out/film.mp4": Service.film, "out/request.json": request,
                "outcome": "done\n",
            ]),
        Leftover(
            "published",
            ["claim": claim, "outcome": "done\n", "attempts": "1 0\n"], others: shown,
            published: []),
        Leftover("published, half removed", ["outcome": "done\n"], others: shown, published: []),
        Leftover("published, all but removed", ["": ""], others: shown, published: []),
        Leftover(
            "published, and dropped again",
            ["claim": claim, "outcome": "done\n"],
            others: shown.merging(dropped) { $1 },
            published: ["alice/x-2"], results: ["alice/x", "alice/x-2"]),
        Leftover(
            "an outcome, and the name is taken",
            [
                "claim": claim, "request.json": request, "out/film.mp4": Service.film,
                "outcome": "done\n",
            ], others: shown,
            published: ["alice/x-2"], results: ["alice/x", "alice/x-2"]),
        Leftover(
            "a failure",
            [
                "claim": claim, "request.json": request, "out/film.mp4": Service.film,
                "outcome": "failed\n",
            ],
            published: ["alice/x.failed"], results: ["alice/x.failed"]),
        // Foreign hands.
        Leftover(
            "no claim", ["request.json": request],
            published: ["01jdxyz000-abc123"], results: ["01jdxyz000-abc123"]),
        Leftover(
            "a claim that is none", ["claim": "hello", "request.json": request],
            published: ["01jdxyz000-abc123"], results: ["01jdxyz000-abc123"]),
        Leftover(
            "a claim on no path",
            ["claim": "rushes claim 1\n5\n%\n", "request.json": request],
            published: ["01jdxyz000-abc123"], results: ["01jdxyz000-abc123"]),
        Leftover(
            "a claim that leads outside",
            ["claim": "rushes claim 1\n5\n../../x.json\n", "request.json": request],
            published: ["request/request/x"], results: ["request/request/x"]),
        Leftover(
            "no results",
            ["claim": claim, "request.json": request, "outcome": "done\n"]),
    ]
}

/// A service that was killed between any two steps loses nothing and doubles nothing.
@Suite struct RecoveryTests {
    func restore(_ files: [String: String], in root: Folder) throws {
        for (name, text) in files {
            if name.hasSuffix("/") { try root.make(name) } else { try root.write(text, name) }
        }
    }

    @Test(arguments: Leftover.all)
    func convergesAtTheNextStart(leftover: Leftover) throws {
        try withService { service in
            try restore(leftover.files, in: service.root)
            let run = try service.run()
            #expect(run == Service.Run(published: leftover.published, troubles: []))
            for result in leftover.results {
                #expect(service.root.text("outbox/\(result)/film.mp4") == Service.film)
                #expect(service.root.text("outbox/\(result)/request.json") == Leftover.request)
            }
            // Nothing but the results, and nothing in the spool or the inbox.
            let files = service.tree.filter { !$0.hasSuffix("/") }
            #expect(files.count == 2 * leftover.results.count, "\(files)")
            #expect(files.allSatisfy { $0.hasPrefix("outbox/") })
            #expect(!service.tree.contains { $0.hasPrefix("spool/") })

            let after = service.tree
            #expect(try service.run() == Service.Run())
            #expect(service.tree == after)
        }
    }

    /// Nothing is done to a folder that nobody can make sense of.
    @Test(arguments: [
        ["claim": Leftover.claim, "out/film.mp4": "film"], ["out/film.mp4": "film"],
        ["claim": Leftover.claim, "out/film.mp4": "film", "outcome": "what"],
    ])
    func resultsOfNoRequestAreLeftAloneAndReported(job: [String: String]) throws {
        try withService { service in
            try restore(Leftover("", job).files, in: service.root)
            let before = service.tree
            for _ in 0..<2 {
                let run = try service.run()
                #expect(run.published == [])
                #expect(run.troubles.count == 1)
                #expect(run.troubles.allSatisfy { $0.contains(Leftover.job) })
                #expect(service.tree == before)
            }
        }
    }

    @Test func onlyTheQueueOfThisMomentIsRecovered() throws {
        try withService { service in
            try service.root.write("{}", "inbox/x.json")
            var spool = try Spool(root: service.root.path)
            let id = try #require(try spool.claim(Arrival(Path("x.json"))))
            _ = consume spool
            // The claim, the request and the moment of acceptance outlive the process.
            var again = try Spool(root: service.root.path)
            let recovery = try again.recover()
            #expect(recovery.jobs == [id])
            #expect(recovery.troubles == [])
            let workplace = try Workplace(folder: service.root.at("spool/jobs/\(id)"))
            #expect(workplace.request == "x.json")
            #expect(workplace.queued > 1_700_000_000_000)
            _ = consume again
        }
    }

    /// Written to in the moment of the move; then the power went before it was moved back.
    @Test(arguments: [false, true])
    func aJobWithAnotherRequestGoesBack(hasNewerVersion: Bool) throws {
        try withService { service in
            try service.root.write("{}", "inbox/a/x.json")
            var spool = try Spool(root: service.root.path)
            let id = try #require(try spool.claim(Arrival(Path("a/x.json"))))
            _ = consume spool
            try service.root.write("{2}", "spool/jobs/\(id)/request.json")
            if hasNewerVersion { try service.root.write("{3}", "inbox/a/x.json") }
            var again = try Spool(root: service.root.path)
            let recovery = try again.recover()
            #expect(recovery.jobs == [] && recovery.troubles == [])
            #expect(service.root.text("inbox/a/x.json") == (hasNewerVersion ? "{3}" : "{2}"))
            #expect(try Directory.names(in: Path(service.root.at("spool/jobs"))) == [])
            _ = consume again
        }
    }

    @Test(arguments: [
        ("2 1\n", 2, 1), ("10 3", 10, 3), ("", 0, 0), ("2", 0, 0), ("a b", 0, 0), ("1 2 3", 1, 2),
        ("1 2 x", 0, 0), ("1 2 3 4", 0, 0), ("99999999999999999999 1", 0, 0),
    ])
    func attemptsAreRead(text: String, starts: Int, crashes: Int) throws {
        try withService { service in
            try restore(
                Leftover("", ["request.json": "{}", "attempts": text]).files, in: service.root)
            let spool = try Spool(root: service.root.path)
            let claim = try spool.open("01jdxyz000-abc123")
            let attempts = try claim.attempts()
            #expect([attempts.starts, attempts.crashes] == [starts, crashes])
            var next = attempts
            (next.starts, next.crashes, next.kills) = (7, 2, 4)
            try claim.record(next)
            let recorded = try claim.attempts()
            #expect(recorded == next)
        }
    }
}
