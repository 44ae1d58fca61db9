// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension Failure {
    /// The same with a place for each problem that has none but whose field is a value of `source`.
    ///
    /// What a model or a file cannot do is found long after the request was read, by somebody who
    /// knows only the field's name. Of a path such as `panels[2].at` the last part that is there
    /// counts.
    package func located(in source: [UInt8]) -> Failure {
        let request: JSONNode
        do throws(JSONError) {
            request = try JSONNode(parsing: source, limits: .request)
        } catch {
            // Such a source cannot be quoted by line; the problems stand for themselves.
            return self
        }
        var located = self
        for index in problems.indices where problems[index].line == nil {
            guard let place = request.position(of: problems[index].field) else { continue }
            located.problems[index].line = place.line
            located.problems[index].column = place.column
        }
        return located
    }
}

extension JSONNode {
    /// Where the value at a path such as `panels[2].at` stands, or the innermost one around it.
    fileprivate func position(of path: String) -> JSONPosition? {
        var node = self
        var position: JSONPosition?
        for part in path.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
            let members = node.members ?? []
            let elements = node.array ?? []
            if let member = members.last(where: { $0.key == part }) {
                node = member.value
            } else if let index = Int(part), elements.indices.contains(index) {
                node = elements[index]
            } else {
                break
            }
            position = node.position
        }
        return position
    }
}
