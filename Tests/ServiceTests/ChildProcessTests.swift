// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Service
import TestSupport
import Testing

/// Children, how they end, and what they say.
@Suite(.timeLimit(.minutes(5)))
struct ChildProcessTests {
    /// A shell that runs a script.
    static func shell(_ script: String) throws -> ChildProcess {
        try ChildProcess("/bin/sh", words: ["sh", "-c", script])
    }

    /// Waits for the end of a child; answers how it came and all lines until then.
    static func run(_ script: String) throws -> (end: ChildProcess.End?, lines: [String]) {
        var child = try shell(script)
        var lines: [String] = []
        while true {
            let ready = try wait(for: [child.endDescriptor, child.lineDescriptor], until: nil)
            lines += try child.lines()
            if ready.contains(child.endDescriptor) {
                lines += try child.lines()
                return (child.end(), lines)
            }
        }
    }

    @Test(
        arguments: [
            ("exit 0", .exit(0)), ("exit 75", .exit(75)), ("exit 255", .exit(255)),
            ("kill -9 $$", .signal(9)), ("kill -15 $$", .signal(15)), ("kill -11 $$", .signal(11)),
            ("kill -13 $$", .signal(13)), ("exec /nonexistent 2>&-", .exit(127)),
        ] as [(String, ChildProcess.End)])
    func ends(script: String, expected: ChildProcess.End) throws {
        #expect(try Self.run(script).end == expected)
    }

    @Test func itsVariablesReplaceInheritedOnes() throws {
        var child = try ChildProcess(
            "/bin/sh", words: ["sh", "-c", "echo $PATH $FRUIT >&3"],
            environment: ["FRUIT=fig", "PATH=/nowhere"])
        _ = try wait(for: [child.endDescriptor], until: nil)
        let lines = try child.lines()
        #expect(lines == ["/nowhere fig"])
    }

    @Test func itsProcessorTimeGrowsOnlyWhileItComputes() throws {
        var child = try Self.shell(
            "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo done >&3; exec sleep 1000")
        _ = try wait(for: [child.lineDescriptor], until: nil)
        // It may still be on its way into its sleep.
        _ = try wait(for: [], until: .now.advanced(by: .milliseconds(200)))
        let first = child.processorTime
        #expect(first.map { $0 > .zero } == true)
        _ = try wait(for: [], until: .now.advanced(by: .milliseconds(50)))
        let second = child.processorTime
        #expect(second == first)
        child.stop(forcefully: true)
        _ = try wait(for: [child.endDescriptor], until: nil)
        _ = child.end()
        let last = child.processorTime
        #expect(last == nil)
    }

    @Test func anEndIsToldOnce() throws {
        var child = try Self.shell("exit 3")
        _ = try wait(for: [child.endDescriptor], until: nil)
        let (first, second) = (child.end(), child.end())
        #expect(first == .exit(3))
        #expect(second == nil)
        // Its number may belong to another process by now.
        child.stop(forcefully: true)
    }

    /// A closed pipe is readable for ever: polling it would never wait again.
    @Test func aChildThatClosedItsEndIsNoLongerListenedTo() throws {
        var child = try Self.shell("echo last >&3; exec 3>&-; exec sleep 1000")
        var lines: [String] = []
        while child.lineDescriptor >= 0 {
            _ = try wait(for: [child.lineDescriptor], until: nil)
            lines += try child.lines()
        }
        #expect(lines == ["last"])
        #expect(try wait(for: [child.endDescriptor, child.lineDescriptor], until: .now) == [])
    }

    @Test func aRunningChildHasNoEnd() throws {
        var child = try Self.shell("read never <&0; exec sleep 1000")
        let end = child.end()
        #expect(end == nil)
        #expect(try wait(for: [child.endDescriptor], until: .now) == [])
    }

    @Test(arguments: [(false, SIGTERM), (true, SIGKILL)])
    func isStopped(forcefully: Bool, signal: Int32) throws {
        var child = try Self.shell("echo up >&3; exec sleep 1000")
        _ = try wait(for: [child.lineDescriptor], until: nil)
        child.stop(forcefully: forcefully)
        _ = try wait(for: [child.endDescriptor], until: nil)
        let end = child.end()
        #expect(end == .signal(signal))
    }

    @Test func aChildThatIsLetGoOfDies() throws {
        func abandon() throws -> Int32 {
            let child = try Self.shell("exec sleep 1000")
            return child.id
        }
        let id = try abandon()
        #expect(kill(id, 0) == -1 && errno == ESRCH)
    }

    @Test(arguments: [
        ("printf 'one\\ntwo\\n' >&3", ["one", "two"]), ("printf '\\n\\none\\n\\n' >&3", ["one"]),
        ("printf 'one\\nhalf' >&3", ["one"]), ("printf half >&3", []), ("exit 0", []),
        ("printf 'h\\303\\244lf\\377\\n' >&3", ["hälf\u{FFFD}"]), ("exec 3>&-", []),
        ("for i in 1 2 3; do echo $i >&3; done", ["1", "2", "3"]),
    ])
    func linesAreWhole(script: String, expected: [String]) throws {
        #expect(try Self.run(script).lines == expected)
    }

    @Test func aLineMayComeInPieces() throws {
        try withTemporaryFolder { folder in
            try folder.pipe("go")
            var child = try Self.shell("printf ha >&3; read x <'\(folder.at("go"))'; echo lf >&3")
            _ = try wait(for: [child.lineDescriptor], until: nil)
            let early = try child.lines()
            #expect(early == [])
            try folder.write("on\n", "go")
            _ = try wait(for: [child.endDescriptor], until: nil)
            let late = try child.lines()
            #expect(late == ["half"])
        }
    }

    /// Its beginning is kept, its rest is dropped, and the next line is whole again.
    @Test func aLongLineIsCutOff() throws {
        let script = """
            i=0; while [ $i -lt 500 ]; do printf 0123456789012345678901234567890123456789 >&3
            i=$((i+1)); done; echo >&3; echo next >&3
            """
        let lines = try Self.run(script).lines
        #expect(lines.count == 2)
        #expect(lines.first?.utf8.count == 4096)
        #expect(lines.last == "next")
    }

    @Test(arguments: [
        ("nothing", "No such file or directory"), ("", "Permission denied"),
        ("plain", "Permission denied"), ("plain/x", "Not a directory"),
    ])
    func aProgramThatIsNoneIsAnError(name: String, reason: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("text", "plain")
            let path = folder.at(name)
            #expect(throws: ServiceError.start(program: path, reason: reason)) {
                _ = try ChildProcess(path, words: ["x"])
            }
        }
    }

    @Test func errorsNameTheProgram() {
        let error = ServiceError.start(program: "/a/b", reason: "No such file or directory")
        #expect(error.description == "cannot start '/a/b': No such file or directory")
    }

    // MARK: What it is given

    @Test func wordsArriveAsTheyAre() throws {
        var child = try ChildProcess(
            "/bin/sh", words: ["sh", "-c", #"echo "$#[$1][$2]" >&3"#, "x", "a  *\"'$HOME", ""])
        _ = try wait(for: [child.endDescriptor], until: nil)
        let lines = try child.lines()
        #expect(lines == ["2[a  *\"'$HOME][]"])
    }

    @Test func standardInputIsEmpty() throws {
        #expect(try Self.run("read x; echo \"$?[$x]\" >&3").lines == ["1[]"])
    }

    /// So that Ctrl-C in a terminal reaches only the parent.
    @Test func leadsAGroupOfItsOwn() throws {
        #expect(try Self.run("kill -0 -$$ && echo own >&3").lines == ["own"])
    }

    @Test func noDescriptorLeaks() throws {
        try withTemporaryFolder { folder in
            let lock = try FileLock(file: Path(folder.at("lock")))
            let directory = try OwnedDescriptor(Path(folder.path), .directory)
            let lines = try Self.run("for f in /proc/$$/fd/*; do readlink $f >&3; done").lines
            #expect(lines.contains("/dev/null"))
            #expect(!lines.contains { $0.hasPrefix(folder.path) }, "\(lines)")
            _ = consume lock
            _ = consume directory
        }
    }
}
