// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import TestSupport
import Testing

/// When a file that just appeared is all there.
///
/// Time is passed in: nothing here waits.
@Suite struct SettlingTests {
    static let path = Path("x.json")

    /// A state that an expectation may change.
    final class Subject {
        var state: Settling

        init(pause: Duration, emptyPause: Duration = .zero) {
            state = Settling(pause: pause, emptyPause: emptyPause)
        }

        var deadline: Settling.Instant? { state.deadline }

        func due(at now: Settling.Instant) -> [Path] { state.due(at: now) }

        func observe(
            _ path: Path, _ status: FileStatus?, isComplete: Bool, at now: Settling.Instant,
            isWritten: Bool = false
        ) -> Bool {
            state.observe(path, status, isComplete: isComplete, at: now) { isWritten }
        }
    }

    let start = SuspendingClock.now

    /// Two looks at a file, before and after it grew.
    static func statuses() throws -> [FileStatus] {
        try withTemporaryFolder { folder in
            try ["{", "{\"mode\""].map { text in
                try folder.write(text, "x.json")
                return try #require(try FileStatus(of: Path(folder.at("x.json"))))
            }
        }
    }

    func after(_ milliseconds: Int) -> Settling.Instant {
        start.advanced(by: .milliseconds(milliseconds))
    }

    @Test func whatIsCompleteIsReadyAtOnce() throws {
        let settling = Subject(pause: .seconds(2))
        let status = try Self.statuses()[0]
        #expect(settling.observe(Self.path, status, isComplete: true, at: start))
        #expect(settling.deadline == nil)
    }

    @Test func whatIsIncompleteWaitsForThePause() throws {
        let settling = Subject(pause: .seconds(2))
        let status = try Self.statuses()[0]
        #expect(!settling.observe(Self.path, status, isComplete: false, at: start))
        #expect(settling.deadline == after(2000))
        #expect(settling.due(at: after(1999)) == [])
        // Looking again does not begin the pause again.
        #expect(!settling.observe(Self.path, status, isComplete: false, at: after(1999)))
        #expect(settling.due(at: after(2000)) == [Self.path])
        #expect(settling.observe(Self.path, status, isComplete: false, at: after(2000)))
        #expect(settling.deadline == nil)
        #expect(settling.due(at: after(9000)) == [])
    }

    @Test func everyChangeBeginsThePauseAgain() throws {
        let settling = Subject(pause: .seconds(2))
        let statuses = try Self.statuses()
        for (index, time) in [0, 1900, 3800, 5700].enumerated() {
            let status = statuses[index % 2]
            #expect(!settling.observe(Self.path, status, isComplete: false, at: after(time)))
        }
        #expect(settling.deadline == after(7700))
        #expect(!settling.observe(Self.path, statuses[0], isComplete: false, at: after(7700)))
        #expect(settling.observe(Self.path, statuses[0], isComplete: false, at: after(9700)))
    }

    @Test func completionEndsTheWait() throws {
        let settling = Subject(pause: .seconds(2))
        let statuses = try Self.statuses()
        #expect(!settling.observe(Self.path, statuses[0], isComplete: false, at: start))
        #expect(settling.observe(Self.path, statuses[1], isComplete: true, at: after(1)))
        #expect(settling.deadline == nil)
    }

    @Test func whatIsGoneIsForgottenAndNeverReady() throws {
        let settling = Subject(pause: .seconds(2))
        let status = try Self.statuses()[0]
        #expect(!settling.observe(Self.path, nil, isComplete: false, at: start))
        #expect(!settling.observe(Self.path, nil, isComplete: true, at: start))
        #expect(!settling.observe(Self.path, status, isComplete: false, at: start))
        #expect(!settling.observe(Self.path, nil, isComplete: false, at: after(1000)))
        #expect(settling.deadline == nil)
        // Back under the same name: the pause is whole again.
        #expect(!settling.observe(Self.path, status, isComplete: false, at: after(2500)))
        #expect(settling.deadline == after(4500))
    }

    @Test func theFirstDeadlineCounts() throws {
        let settling = Subject(pause: .seconds(2))
        let status = try Self.statuses()[0]
        for (name, time) in [("b", 0), ("a", 0), ("c", 500)] {
            #expect(!settling.observe(Path(name), status, isComplete: false, at: after(time)))
        }
        #expect(settling.deadline == after(2000))
        #expect(settling.due(at: after(2000)) == [Path("a"), Path("b")])
        #expect(settling.due(at: after(2500)) == [Path("a"), Path("b"), Path("c")])
    }

    @Test func withoutAPauseTheSecondLookDecides() throws {
        let settling = Subject(pause: .zero)
        let status = try Self.statuses()[0]
        #expect(!settling.observe(Self.path, status, isComplete: false, at: start))
        #expect(settling.due(at: start) == [Self.path])
        #expect(settling.observe(Self.path, status, isComplete: false, at: start))
    }

    @Test func whatSomebodyWritesToIsNotReadyHoweverLongItRests() throws {
        let settling = Subject(pause: .seconds(2))
        let status = try Self.statuses()[0]
        #expect(!settling.observe(Self.path, status, isComplete: false, at: start))
        for second in 1..<100 {
            let now = after(second * 2000)
            #expect(settling.due(at: now) == [Self.path])
            #expect(
                !settling.observe(Self.path, status, isComplete: false, at: now, isWritten: true))
            #expect(settling.deadline == now.advanced(by: .seconds(2)))
        }
        // Closed: it rests once more.
        #expect(!settling.observe(Self.path, status, isComplete: false, at: after(199_000)))
        #expect(settling.observe(Self.path, status, isComplete: false, at: after(200_000)))
    }

    @Test func aWriterThatNeverEndsIsNotWaitedForForEver() throws {
        let settling = Subject(pause: .seconds(2))
        let (small, large) = (try Self.statuses()[0], try Self.statuses()[1])
        func isReady(_ status: FileStatus, after second: Int) -> Bool {
            settling.observe(
                Self.path, status, isComplete: false, at: after(second * 1000), isWritten: true)
        }
        #expect(!isReady(small, after: 0))
        // It grows, which begins the hour again; another change does not.
        #expect(!isReady(large, after: 3_000) && !isReady(large, after: 6_500))
        #expect(!isReady(small, after: 6_501) && !isReady(small, after: 6_599))
        #expect(isReady(small, after: 6_601))
        // However it goes on, a day is enough.
        for hour in 0...24 {
            #expect(!isReady(hour.isMultiple(of: 2) ? small : large, after: 10_000 + hour * 3_500))
        }
        #expect(isReady(small, after: 10_000 + 86_401))
    }

    @Test func whatIsWholeNeedsNoQuestionForItsWriters() throws {
        let settling = Subject(pause: .seconds(2))
        let status = try Self.statuses()[0]
        #expect(
            settling.observe(Self.path, status, isComplete: true, at: start, isWritten: true))
    }

    @Test func anEmptyFileRestsLonger() throws {
        let settling = Subject(pause: .seconds(2), emptyPause: .seconds(60))
        let status = try withTemporaryFolder { folder in
            try folder.write("", "x.json")
            return try #require(try FileStatus(of: Path(folder.at("x.json"))))
        }
        #expect(!settling.observe(Self.path, status, isComplete: false, at: start))
        #expect(settling.deadline == after(60_000))
        #expect(settling.due(at: after(59_999)) == [])
        #expect(!settling.observe(Self.path, status, isComplete: false, at: after(59_999)))
        #expect(settling.observe(Self.path, status, isComplete: false, at: after(60_000)))
    }
}
