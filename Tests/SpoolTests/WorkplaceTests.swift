// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// The right to work on a job, and results made in the foreground.
@Suite struct WorkplaceTests {
    @Test func knowsItsRequestAndBeginsEmpty() throws {
        try withTemporaryFolder { folder in
            try folder.write("rushes claim 1\n5\na%20b/Sun%fc.JSON\n", "claim")
            try folder.write("{}", "request.json")
            try folder.write("half", "out/deep/film.mp4")
            try folder.write("done\n", "outcome")
            let workplace = try Workplace(folder: folder.path)
            #expect(workplace.request == "a b/Sun\u{FFFD}.JSON")
            #expect(workplace.fileName == "Sun\u{FFFD}.JSON")
            #expect(workplace.name == "Sun%FC")
            #expect(workplace.queued == 5)
            #expect(workplace.output == folder.at("out"))
            let request = try workplace.read()
            #expect(request == .success(Array("{}".utf8)))
            #expect(folder.tree == ["claim", "out/", "request.json"])
        }
    }

    @Test func isHeldByOneAtATime() throws {
        try withTemporaryFolder { folder in
            try folder.write("{}", "request.json")
            let workplace = try Workplace(folder: folder.path)
            let other = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            defer { close(other) }
            #expect(flock(other, LOCK_EX | LOCK_NB) == -1)
            try workplace.conclude(.failed)
            #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
            #expect(folder.text("outcome") == "failed\n")
            #expect(folder.tree == ["out/", "outcome", "request.json"])
        }
    }

    @Test func clearingBeginsAgain() throws {
        try withTemporaryFolder { folder in
            try folder.write("{}", "request.json")
            let workplace = try Workplace(folder: folder.path)
            try workplace.write("half", as: "film.mp4")
            try workplace.clear()
            #expect(folder.tree == ["out/", "request.json"])
        }
    }

    /// On its way to the outbox, the request has no other copy.
    @Test func clearingNeverTakesARequestAway() throws {
        try withTemporaryFolder { folder in
            try folder.write("{}", "out/request.json")
            try folder.write("picture", "out/a.png")
            try folder.write("failed\n", "outcome")
            let before = folder.tree
            #expect(throws: SpoolError.self) { _ = try Workplace(folder: folder.path) }
            #expect(folder.tree == before)
        }
    }

    @Test func whatTheEngineSavedStaysForTheNextHolder() throws {
        try withTemporaryFolder { folder in
            try folder.write("{}", "request.json")
            try folder.write("saved", "checkpoint/0-0")
            try folder.write("half", "out/film.mp4")
            let workplace = try Workplace(folder: folder.path)
            #expect(workplace.checkpoint == folder.at("checkpoint"))
            try workplace.clear()
            #expect(folder.text("checkpoint/0-0") == "saved")
            #expect(folder.tree == ["checkpoint/", "checkpoint/0-0", "out/", "request.json"])
            try workplace.conclude(.done)
            #expect(folder.text("checkpoint/0-0") == "saved")
        }
    }

    @Test func aMissingJobIsAnError() throws {
        try withTemporaryFolder { folder in
            let path = folder.at("nothing")
            let error = FileError(operation: "open", path: path, errno: ENOENT)
            #expect(throws: SpoolError.file(error)) { _ = try Workplace(folder: path) }
        }
    }

    @Test func aMissingRequestIsASentence() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(folder: folder.path)
            let request = try workplace.read()
            #expect(request == .failure(.missing))
        }
    }

    // MARK: In the foreground

    @Test func aDeliveryIsWholeOrNothing() throws {
        try withTemporaryFolder { folder in
            try folder.write("old", "to/film.mp4")
            try folder.write("old", "to/frames/1.png")
            try folder.write("yours", "to/other")
            let before = folder.tree
            let abandoned = try Delivery(to: folder.at("to"))
            try abandoned.write([0x78], as: "film.mp4")
            #expect(folder.text("to/film.mp4") == "old")
            _ = consume abandoned
            #expect(folder.tree == before)
            #expect(folder.text("to/film.mp4") == "old")
        }
    }

    @Test func aDeliveryReplacesItsOwnNamesOnly() throws {
        try withTemporaryFolder { folder in
            try folder.write("old", "to/film.mp4")
            try folder.write("old", "to/frames/1.png")
            try folder.write("yours", "to/other")
            let delivery = try Delivery(to: folder.at("to"))
            try delivery.write(Array("new".utf8), as: "film.mp4")
            try Folder(delivery.output).write("new", "frames/2.png")
            try delivery.finish()
            #expect(
                folder.tree
                    == ["to/", "to/film.mp4", "to/frames/", "to/frames/2.png", "to/other"])
            #expect(folder.text("to/film.mp4") == "new")
            #expect(folder.text("to/other") == "yours")
        }
    }

    @Test func aDeliveryMakesItsFolder() throws {
        try withTemporaryFolder { folder in
            let delivery = try Delivery(to: folder.at("a/b"))
            try delivery.write([], as: "film.mp4")
            try delivery.finish()
            #expect(folder.tree == ["a/", "a/b/", "a/b/film.mp4"])
        }
    }

    @Test func aDeliveryToAFileIsRefused() throws {
        try withTemporaryFolder { folder in
            try folder.write("kept", "file")
            let error = FileError(
                operation: "make the directory", path: folder.at("file"), errno: EEXIST)
            #expect(throws: SpoolError.file(error)) { _ = try Delivery(to: folder.at("file")) }
            #expect(folder.text("file") == "kept")
        }
    }

    // MARK: Files that people name

    @Test(arguments: [
        ("sunset.json", "sunset.json", "sunset"), ("a/b/sunset.json", "sunset.json", "sunset"),
        ("/x/notes.txt", "notes.txt", "notes.txt"), ("-.json", "-.json", "request"),
    ])
    func namesOfARequestFile(path: String, name: String, result: String) {
        #expect(RequestFile.name(of: path) == name)
        #expect(RequestFile.resultName(of: path) == result)
    }

    @Test func aNamedFileIsReadThroughLinks() throws {
        try withTemporaryFolder { folder in
            try folder.write("{}", "file")
            try folder.link("link", to: "file")
            try folder.make("folder")
            #expect(RequestFile.read(folder.at("link")) == .success(Array("{}".utf8)))
            #expect(RequestFile.read(folder.at("folder")) == .failure(.folder))
            #expect(RequestFile.read(folder.at("nothing")) == .failure(.missing))
            #expect(RequestFile.read(folder.at("file/x")) == .failure(.missing))
        }
    }
}
