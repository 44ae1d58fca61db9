// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Spool

/// Why there is no video: for people, for the record, and for the caller of the program.
struct Refusal: Error {
    let failure: Failure
    let status: ExitStatus
    /// The request as it came, to quote from; nil when it could not be read.
    let source: [UInt8]?
    let record: ResultRecord
    /// Whether the request would better wait until this machine is well again.
    let mayPass: Bool

    /// A refusal with the record that goes beside it.
    init(
        _ failure: Failure, _ status: ExitStatus, source: [UInt8]? = nil, name: String,
        queued: Timestamp, mayPass: Bool = false
    ) {
        self.failure = failure
        self.mayPass = mayPass
        self.status = status
        self.source = source
        var record = ResultRecord(request: name)
        record.mode = failure.mode
        record.failure = failure
        record.timing.queued = queued
        record.timing.finished = .now()
        self.record = record
    }

    /// The text of `error.txt`.
    func report(fileName: String, isInOutbox: Bool = true) -> String {
        failure.report(fileName: fileName, source: source, isInOutbox: isInOutbox)
    }
}

extension Workplace {
    /// Ends the work with a refusal; what was made until then is thrown away.
    consuming func refuse(_ refusal: Refusal) throws(SpoolError) {
        try clear()
        let report = refusal.report(fileName: fileName, isInOutbox: try holdsRequest())
        try write(report, as: "error.txt")
        try write(refusal.record.text, as: "result.json")
        try conclude(.failed)
    }
}

extension UnreadableRequest {
    /// The same for a record and a report.
    var failure: Failure {
        var failure = Failure(code: Failure.badRequest, message: description, hint: hint)
        failure.retry = retry
        return failure
    }

    private var retry: Failure.Retry {
        switch self {
        case .folder, .tooLarge, .link, .hardLink, .notAFile: .never
        case .missing, .forbidden, .other: .asRequest
        }
    }
}
