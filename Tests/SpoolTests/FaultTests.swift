// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// One way for calls to fail.
struct FaultWay: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reason: Int32
    let kind: FaultPlan.Kind
    /// Whether every later call fails, too.
    let isLasting: Bool

    static let all: [FaultWay] = [
        FaultWay("EIO once", EIO, .undone, isLasting: false),
        FaultWay("EIO from then on", EIO, .undone, isLasting: true),
        FaultWay("EIO once, after the work", EIO, .done, isLasting: false),
        FaultWay("EIO from then on, after the work", EIO, .done, isLasting: true),
        FaultWay("ENOSPC once", ENOSPC, .undone, isLasting: false),
        FaultWay("ENOSPC from then on", ENOSPC, .undone, isLasting: true),
        FaultWay("EACCES once", EACCES, .undone, isLasting: false),
        FaultWay("EMFILE once", EMFILE, .undone, isLasting: false),
        FaultWay("EMFILE from then on", EMFILE, .undone, isLasting: true),
    ]

    init(_ name: String, _ reason: Int32, _ kind: FaultPlan.Kind, isLasting: Bool) {
        testDescription = name
        (self.reason, self.kind, self.isLasting) = (reason, kind, isLasting)
    }

    func plan(from number: Int) -> FaultPlan {
        FaultPlan(failing: number..<(isLasting ? .max : number + 1), errno: reason, kind)
    }
}

/// Every call on files fails in its turn, from the first of a story to the last: whatever happens,
/// each request ends exactly once.
@Suite struct FaultTests {
    /// Tells the story for the first, second, third … call, until one is told without a fault.
    private func forEveryCall(
        _ way: FaultWay, _ tell: (FaultStory, FaultPlan) throws -> Void
    ) throws {
        for number in 1... {
            let plan = way.plan(from: number)
            try withTemporaryDirectory(inMemory: true) { path in
                let story = FaultStory(root: Folder(path))
                try story.drop()
                try tell(story, plan)
            }
            guard plan.first != nil else {
                #expect(number > 200, "the story is shorter than it was")
                return
            }
        }
    }

    private func check(_ violations: [String], _ plan: FaultPlan, _ troubles: [String]) {
        let fault = plan.first.map { "\($0)" } ?? "no fault"
        #expect(violations == [], "\(plan.failing) \(fault): \(troubles)")
    }

    @Test(arguments: FaultWay.all)
    func theNextStartConverges(way: FaultWay) throws {
        try forEveryCall(way) { story, plan in
            var troubles = FaultPlan.$current.withValue(plan) { story.serve(rounds: 1) }
            check(story.violations, plan, troubles)
            troubles += story.serve(rounds: 1)
            check(story.endViolations, plan, troubles)
            let before = story.root.tree
            check(story.serve(rounds: 1), plan, troubles)
            #expect(story.root.tree == before)
        }
    }

    /// A fault that passes while the service goes on: it tries again what it could not do.
    @Test(arguments: FaultWay.all.filter { !$0.isLasting })
    func theSameServiceGoesOn(way: FaultWay) throws {
        try forEveryCall(way) { story, plan in
            var troubles = FaultPlan.$current.withValue(plan) { story.serve(rounds: 3) }
            check(story.violations, plan, troubles)
            troubles += story.serve(rounds: 1)
            check(story.endViolations, plan, troubles)
        }
    }

    /// A service that meets a fault on the way back, too.
    @Test(arguments: FaultWay.all.prefix(4))
    func twoFaultsInARowConverge(way: FaultWay) throws {
        try forEveryCall(way) { story, plan in
            var troubles = FaultPlan.$current.withValue(plan) { story.serve(rounds: 1) }
            // The way back is shorter than the way there; a few of its calls fail.
            for number in stride(from: 20, through: 150, by: 37) {
                let again = way.plan(from: number)
                troubles += FaultPlan.$current.withValue(again) { story.serve(rounds: 1) }
                guard again.first != nil else { break }
                check(story.violations, plan, troubles)
            }
            troubles += story.serve(rounds: 1)
            check(story.endViolations, plan, troubles)
        }
    }
}
