// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// What `rushes doctor` found: about each part of the machine a sentence, and what to do.
package struct Checkup: Equatable, Sendable {
    /// How a finding is to be taken.
    package enum Grade: String, Sendable {
        case good
        /// Worth knowing; nothing has to be done.
        case note
        /// It works, and not as well as it could.
        case warning
        /// It does not work.
        case fault
    }

    /// One finding.
    package struct Finding: Equatable, Sendable {
        /// What was looked at, a word or two.
        package var topic: String
        package var grade: Grade
        package var what: String
        /// What to do about it; nil where nothing has to be done.
        package var remedy: String?

        /// A finding from its parts.
        package init(_ topic: String, _ grade: Grade, _ what: String, remedy: String? = nil) {
            self.topic = topic
            self.grade = grade
            self.what = what
            self.remedy = remedy
        }
    }

    package var findings: [Finding]

    /// Findings in the order in which they are told.
    package init(_ findings: [Finding]) { self.findings = findings }

    /// How many findings there are of a grade.
    package func count(_ grade: Grade) -> Int { findings.count(where: { $0.grade == grade }) }

    /// The same for scripts.
    package var text: String {
        let list = findings.map { finding -> JSONValue in
            [
                "topic": .string(finding.topic), "grade": .string(finding.grade.rawValue),
                "finding": .string(finding.what),
                "remedy": finding.remedy.map { .string($0) } ?? .null,
            ]
        }
        let record: JSONValue = [
            "faults": .integer(Int64(count(.fault))),
            "warnings": .integer(Int64(count(.warning))), "findings": .array(list),
        ]
        return record.serialized()
    }
}
