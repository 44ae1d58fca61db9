// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// What the files `defaults.json` in the folders of the inbox add to the requests below them.
package enum Defaults {
    /// The name of such a file.
    package static let fileName = "defaults.json"
    /// Bytes of the longest such file, 64 KiB.
    package static let limit = 64 << 10

    /// One such file.
    package struct File: Equatable, Sendable {
        /// Its path below the inbox, as text for people.
        package let name: String
        package let bytes: [UInt8]

        /// Makes a file.
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// A request with all that it does not say itself and a file says for it.
    ///
    /// The request's own text stays as it is; what is added stands at its end, and `$defaults` says
    /// where each key is from. A key that the request's mode does not take is not added, nor one of
    /// two that exclude each other. A request that went through this before stays as it is, as does
    /// what is no JSON object.
    ///
    /// * `files`: The nearest first; its keys win.
    /// - Throws: a failure that names the first file with an unknown key or a bad value.
    package static func added(
        to request: [UInt8], from files: [File]
    ) throws(Failure) -> [UInt8] {
        var sources: [(name: String, members: [JSONMember])] = []
        for file in files { sources.append((file.name, try members(of: file))) }
        guard let own = object(request), !own.contains(where: { $0.key == Field.defaults.rawValue })
        else { return request }
        var known = Set(own.map(\.key))
        let mode = ([own] + sources.map(\.members)).lazy.compactMap { Self.mode($0) }.first
        var added: [(String, JSONValue)] = []
        var origins: [(String, JSONValue)] = []
        for source in sources {
            let trains = Self.mode(source.members) == .customization
            for member in source.members where !known.contains(member.key) {
                guard let field = Field(rawValue: member.key), field != .schema,
                    mode.map(field.modes.contains) ?? true,
                    !field.rivals.contains(where: { known.contains($0.rawValue) }),
                    // Steps of a sampler are no steps of a training.
                    field != .steps || mode != .customization || trains
                else { continue }
                added.append((member.key, member.value.value))
                origins.append((member.key, .string(source.name)))
            }
            known.formUnion(added.map(\.0))
        }
        guard !added.isEmpty else { return request }
        added.append((Field.defaults.rawValue, .object(origins)))
        return extended(request, isEmpty: own.isEmpty, by: added)
    }

    /// Puts members before the last brace of an object's text.
    private static func extended(
        _ text: [UInt8], isEmpty: Bool, by members: [(String, JSONValue)]
    ) -> [UInt8] {
        guard let end = text.lastIndex(of: UInt8(ascii: "}")) else { return text }
        var start = end
        while start > 0, [0x20, 0x09, 0x0A, 0x0D].contains(text[start - 1]) { start -= 1 }
        let lines = members.map { key, value in
            "  \(JSONValue.string(key).serialized(pretty: false)): "
                + value.serialized(pretty: false)
        }
        let addition = (isEmpty ? "\n" : ",\n") + lines.joined(separator: ",\n") + "\n"
        return Array(text[..<start]) + addition.utf8 + text[end...]
    }

    private static func object(_ bytes: [UInt8]) -> [JSONMember]? {
        do throws(JSONError) {
            return try JSONNode(parsing: bytes, limits: .request).members
        } catch {
            // Whoever reads it as a request says what is wrong.
            return nil
        }
    }

    private static func mode(_ members: [JSONMember]) -> ModeName? {
        var validation = Validation(members: members.filter { $0.key == Field.mode.rawValue })
        return validation.modeName()
    }

    // MARK: Checking

    private static func members(of file: File) throws(Failure) -> [JSONMember] {
        let node: JSONNode
        do throws(JSONError) {
            node = try JSONNode(parsing: file.bytes, limits: .request)
        } catch {
            let problem = Problem(
                field: "", message: error.reason, line: error.position?.line,
                column: error.position?.column, hint: error.hint)
            throw failure(file, [problem])
        }
        guard let members = node.members else {
            let problem = Problem(
                field: "", message: "It must be an object in braces { }.",
                line: node.position.line, column: node.position.column,
                hint: "Begin with { and end with }.")
            throw failure(file, [problem])
        }
        let own = mode(members)
        var problems = Validation(members: members).problems
        for member in members {
            guard let field = Field(rawValue: member.key) else { continue }
            problems += Self.problems(of: field, member, mode: own)
        }
        guard problems.isEmpty else { throw failure(file, problems) }
        return members
    }

    /// What is wrong with one value, whatever the request is that it is added to.
    private static func problems(
        of field: Field, _ member: JSONMember, mode: ModeName?
    ) -> [Problem] {
        let place = member.keyPosition
        if field == .defaults || field.namesOneFile {
            return [
                Problem(
                    field: member.key,
                    message: "\"\(member.key)\" belongs to one request and is no default.",
                    line: place.line, column: place.column,
                    hint: "Write it in the request itself.")
            ]
        }
        let modes = ModeName.allCases.filter { field.modes.contains($0) }
        guard let mode = mode.flatMap({ field.modes.contains($0) ? $0 : nil }) ?? modes.first,
            case .object(var example) = mode.example
        else { return [] }
        example.removeAll { $0.0 == member.key }
        example.append((member.key, member.value.value))
        let text = JSONValue.object(example).serialized(pretty: false)
        do throws(RequestError) {
            _ = try Request(parsing: Array(text.utf8))
            return []
        } catch {
            let own = error.problems.filter {
                $0.field == member.key || $0.field.hasPrefix(member.key + "[")
                    || $0.field.hasPrefix(member.key + ".")
            }
            return own.map { problem in
                var problem = problem
                problem.line = member.value.position.line
                problem.column = member.value.position.column
                return problem
            }
        }
    }

    private static func failure(_ file: File, _ problems: [Problem]) -> Failure {
        let lines = problems.prefix(Limits.problems).enumerated().map { index, problem in
            let place =
                problem.line.map { "In line \($0), column \(problem.column ?? 1): " } ?? ""
            return "\(index + 1). \(place)\(problem.message)"
                + (problem.hint.isEmpty ? "" : " \(problem.hint)")
        }
        return Failure(
            code: Failure.badRequest,
            message: "The defaults for this folder cannot be used: '\(Problem.shown(file.name))' "
                + "has \(problems.count == 1 ? "a problem" : "\(problems.count) problems").",
            hint: lines.joined(separator: "\n") + "\nCorrect that file, or remove it.")
    }
}

extension Field {
    /// Whether the key names files of one request and of no other.
    fileprivate var namesOneFile: Bool { [.video, .panels, .examples].contains(self) }

    /// Keys beside which this one cannot stand.
    fileprivate var rivals: [Field] {
        switch self {
        case .seconds: [.frames]
        case .frames: [.seconds]
        case .camera: [.loop]
        case .loop: [.camera]
        default: []
        }
    }
}
