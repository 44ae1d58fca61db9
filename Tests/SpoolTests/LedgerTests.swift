// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

@testable import Spool

/// The ledger's file, whole and damaged.
@Suite struct LedgerTests {
    private func identity(_ number: Int) -> Identity {
        Identity(Path("a b/ü \(number).json"), [1], media: [], digests: [])
    }

    private func entry(
        _ number: Int, _ state: Ledger.State = .done, result: String? = "a b/ü\n 1"
    ) -> Ledger.Entry {
        Ledger.Entry(
            state: state, job: "01jdxyz000-abc12\(number % 10)",
            path: Path(bytes: Array("a b/\u{fc} \(number).json".utf8) + [0xFC]),
            result: result.map { Path($0) }, time: Int64(number))
    }

    private func withLedger(_ body: (Path) throws -> Void) throws {
        try withTemporaryDirectory { try body(Path($0).appending("ledger")) }
    }

    @Test func whatIsRecordedOutlivesTheProcess() throws {
        try withLedger { path in
            var ledger = try Ledger.open(path)
            try ledger.record(entry(1, .claimed, result: nil), of: identity(1))
            try ledger.record(entry(1), of: identity(1))
            try ledger.record(entry(2, .failed), of: identity(2))
            let again = try Ledger.open(path)
            #expect(again.damaged == 0)
            #expect(try again.entry(of: identity(1)) == entry(1))
            #expect(try again.entry(of: identity(2)) == entry(2, .failed))
            #expect(try again.entry(of: identity(3)) == nil)
            #expect(try again.entry(ofRequest: identity(1).request) == entry(1))
        }
    }

    /// The power may go at any byte of a line.
    @Test func aTornLineIsCutOff() throws {
        try withLedger { path in
            var ledger = try Ledger.open(path)
            try ledger.record(entry(1), of: identity(1))
            try ledger.record(entry(2), of: identity(2))
            let whole = try WholeFile.read(path, limit: 1 << 20)
            let first = Int(try #require(whole.firstIndex(of: 0x0A))) + 1
            for length in first..<whole.count {
                try Directory.removeTree(path)
                try WholeFile.write(Array(whole.prefix(length)), to: path)
                var again = try Ledger.open(path)
                #expect(again.damaged == 0)
                #expect(try again.entry(of: identity(1)) == entry(1))
                #expect(try again.entry(of: identity(2)) == nil)
                try again.record(entry(3), of: identity(3))
                let third = try Ledger.open(path)
                #expect(third.damaged == 0)
                #expect(try third.entry(of: identity(3)) == entry(3))
            }
        }
    }

    /// No damaged line is believed, and the others are.
    @Test func aDamagedLineIsPassedOverAndKept() throws {
        try withLedger { path in
            var ledger = try Ledger.open(path)
            for number in 1...3 { try ledger.record(entry(number), of: identity(number)) }
            let whole = try WholeFile.read(path, limit: 1 << 20)
            let second = try #require(whole.firstIndex(of: 0x0A)) + 20
            for bit in 0..<8 {
                var damaged = whole
                damaged[second] ^= 1 << UInt8(bit)
                try WholeFile.write(damaged, to: path)
                let again = try Ledger.open(path)
                #expect(again.damaged >= 1)
                #expect(try again.entry(of: identity(1)) == entry(1))
                #expect(try again.entry(of: identity(2)) == nil)
                #expect(try again.entry(of: identity(3)) == entry(3))
                // It is whole again, and what it was is kept.
                #expect(try Ledger.open(path).damaged == 0)
                let kept = path.parent.appending("ledger.damaged")
                #expect(try WholeFile.read(kept, limit: 1 << 20) == damaged)
            }
        }
    }

    @Test(arguments: ["", "\n\n\n", "nonsense\n", "\u{0}\u{1}\n", "rushes ledger 9\n"])
    func whatIsNoLedgerIsDamaged(text: String) throws {
        try withLedger { path in
            try WholeFile.write(Array(text.utf8), to: path)
            let ledger = try Ledger.open(path)
            #expect((ledger.damaged > 0) == text.contains { !$0.isNewline })
        }
    }

    /// A line that could not be written is remembered, and the file stays whole.
    @Test(arguments: [ENOSPC, EIO])
    func aFullDiskSpoilsNoLine(reason: Int32) throws {
        try withLedger { path in
            for call in 1... {
                try Directory.removeTree(path)
                var ledger = try Ledger.open(path)
                try ledger.record(entry(1), of: identity(1))
                let plan = FaultPlan(failing: call..<call + 1, errno: reason)
                var isRecorded = true
                FaultPlan.$current.withValue(plan) {
                    do throws(FileError) {
                        try ledger.record(entry(2), of: identity(2))
                    } catch {
                        isRecorded = false
                    }
                }
                #expect(try ledger.entry(of: identity(2)) == entry(2))
                try ledger.record(entry(3), of: identity(3))
                let again = try Ledger.open(path)
                #expect(again.damaged == 0)
                #expect(try again.entry(of: identity(1)) == entry(1))
                #expect(try again.entry(of: identity(3)) == entry(3))
                if isRecorded { #expect(try again.entry(of: identity(2)) == entry(2)) }
                guard plan.first != nil else { return }
            }
        }
    }

    @Test func identityIsAllOfIt() {
        let medium = [Medium(name: "a", place: .success("0"))]
        let base = Identity(Path("x"), [1], media: medium, digests: ["d"])
        #expect(base == Identity(Path("x"), [1], media: medium, digests: ["d"]))
        for other in [
            Identity(Path("y"), [1], media: medium, digests: ["d"]),
            Identity(Path("x"), [2], media: medium, digests: ["d"]),
            Identity(Path("x"), [1], media: medium, digests: ["e"]),
            Identity(Path("x"), [1], media: medium, digests: [nil]),
            Identity(Path("x"), [1], media: [], digests: []),
        ] { #expect(base != other) }
    }
}
