// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension Failure {
    /// The same with a place for each problem that has none but whose field is a key of `source`.
    ///
    /// What a model cannot do is found long after the request was read, by somebody who knows only
    /// the field's name.
    package func located(in source: [UInt8]) -> Failure {
        let members: [JSONMember]
        do throws(JSONError) {
            members = try JSONNode(parsing: source, limits: .request).members ?? []
        } catch {
            // Such a source cannot be quoted by line; the problems stand for themselves.
            return self
        }
        var located = self
        for index in problems.indices where problems[index].line == nil {
            guard let member = members.last(where: { $0.key == problems[index].field }) else {
                continue
            }
            located.problems[index].line = member.value.position.line
            located.problems[index].column = member.value.position.column
        }
        return located
    }
}
