// SPDX-License-Identifier: Apache-2.0

/// All that is wrong with one request.
package struct RequestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// At least one problem, in the order of the file, then what this version cannot do.
    package var problems: [Problem]
    /// The request as it came, to show the lines in question.
    package var source: [UInt8]
    /// The mode, as far as it could be read; chooses the example in the report.
    package var mode: ModeName?

    /// Makes an error.
    package init(problems: [Problem], source: [UInt8], mode: ModeName? = nil) {
        precondition(!problems.isEmpty, "an error has a problem")
        self.problems = problems
        self.source = source
        self.mode = mode
    }

    package var description: String {
        problems.map { problem in
            let place = problem.line.map { "line \($0), column \(problem.column ?? 1): " } ?? ""
            return place + problem.message + (problem.hint.isEmpty ? "" : " " + problem.hint)
        }.joined(separator: "\n")
    }

    /// The same as a failure, which every other part of the program can report too.
    package var failure: Failure {
        let summary =
            problems.count == 1
            ? "The request has a problem." : "The request has \(problems.count) problems."
        return Failure(
            code: Failure.badRequest, message: summary, hint: "", problems: problems,
            mode: mode)
    }

    /// The text of `error.txt`; see ``Failure/report(fileName:source:)``.
    package func report(fileName: String, isInOutbox: Bool = true) -> String {
        failure.report(fileName: fileName, source: source, isInOutbox: isInOutbox)
    }
}
