// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// One job that a worker is busy with.
final class Run {
    let id: String
    /// The request's path below the inbox, for people.
    let request: String
    /// When this run began.
    let began = SuspendingClock.now
    /// How often the job was begun, this time included.
    var attempts: Attempts
    var child: ChildProcess

    private(set) var mode: ModeName?
    private(set) var progress: Progress?
    private(set) var failureCode: String?
    private var claim: Claim?

    init(_ claim: consuming Claim, child: consuming ChildProcess, attempts: Attempts) {
        id = claim.id
        request = claim.request
        self.attempts = attempts
        self.child = child
        self.claim = consume claim
    }

    /// Takes in what the worker has reported; answers whether it was anything.
    func listen() throws(ServiceError) -> Bool {
        let reports = try child.lines().compactMap(Report.init)
        for report in reports {
            switch report {
            case .mode(let mode): self.mode = mode
            case .progress(let progress): self.progress = progress
            case .failure(let code): failureCode = code
            }
        }
        return !reports.isEmpty
    }

    /// Hands the claim over, once, when the worker has ended.
    func takeClaim() -> Claim {
        guard let claim = claim.take() else { preconditionFailure("a run ends once") }
        return claim
    }

    /// How long this run took so far.
    var seconds: Double {
        let elapsed = began.duration(to: .now).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }

    /// A few words for the status line: `alice/sunset.json denoise 12/20 (45 %)`.
    var status: String {
        guard let progress else { return "'\(request)'" }
        return "'\(request)' \(progress.stage.rawValue) \(progress.completed)/\(progress.total) "
            + "(\(Int(progress.fraction * 100)) %)"
    }
}
