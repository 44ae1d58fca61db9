// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension Request {
    /// Reads a request file.
    ///
    /// - Parameters:
    ///   - bytes: the file, at most 256 KiB of JSON in UTF-8.
    ///   - available: what may be asked for; the rest is understood, checked and then refused.
    /// - Throws: ``RequestError`` with every problem of the request, in the order of the file, and
    ///   then what this version cannot do.
    package init(
        parsing bytes: [UInt8], available: Availability = .thisVersion
    ) throws(RequestError) {
        let members = try Self.members(of: bytes)
        var validation = Validation(members: members)
        let request = validation.request(available: available)
        guard validation.problems.isEmpty, validation.refusals.isEmpty else {
            throw RequestError(
                problems: validation.sortedProblems, source: bytes, mode: validation.mode)
        }
        guard let request else {
            preconditionFailure("a request without problems has all that its mode needs")
        }
        self = request
    }

    private static func members(of bytes: [UInt8]) throws(RequestError) -> [JSONMember] {
        let node: JSONNode
        do throws(JSONError) {
            node = try JSONNode(parsing: bytes, limits: .request)
        } catch {
            let problem = Problem(
                field: "", message: error.reason, line: error.position?.line,
                column: error.position?.column, hint: error.hint)
            throw RequestError(problems: [problem], source: bytes)
        }
        if let members = node.members { return members }
        let problem = Problem(
            field: "", message: "A request must be an object in braces { }.",
            line: node.position.line, column: node.position.column,
            hint: "Begin with { and end with }.")
        throw RequestError(problems: [problem], source: bytes)
    }
}

extension Validation {
    /// Reads all keys; the request counts only if there are no problems afterwards.
    fileprivate mutating func request(available: Availability) -> Request? {
        mode = modeName()
        if let mode {
            checkKeys(of: mode)
            checkNeeds(of: mode)
        }
        if let value = value(.schema) {
            _ = text(value, limit: Limits.promptBytes, example: "request.schema.json")
        }
        let loop = value(.loop).flatMap { flag($0) } ?? false
        let preview = value(.preview).flatMap { flag($0) } ?? false
        let payload = self.payload(loop: loop)
        let seed = value(.seed).flatMap { self.seed($0) }
        let length = self.length()
        let rate = value(.fps).flatMap {
            number($0, in: Limits.framesPerSecond, example: 16)
        }
        checkTimes(inside: length, at: rate)
        if preview, present[.deliver] != nil {
            warnings.append("\"deliver\" does nothing in a preview.")
        }
        let request = Request(
            mode: payload ?? .textToVideo,
            prompt: value(.prompt).flatMap {
                text($0, limit: Limits.promptBytes, example: "a red balloon over the harbour")
            } ?? "",
            negativePrompt: value(.negativePrompt).flatMap {
                text($0, limit: Limits.promptBytes, example: "blurry")
            },
            styles: value(.style).flatMap { styles($0) } ?? [],
            strength: value(.strength).flatMap {
                number($0, in: Limits.strength, example: 1)
            } ?? 1,
            size: value(.size).flatMap { size($0) },
            length: length,
            framesPerSecond: rate,
            delivery: value(.deliver).flatMap { delivery($0) },
            seed: seed,
            steps: value(.steps).flatMap {
                mode == .customization
                    ? whole($0, in: Limits.trainingSteps, example: 600)
                    : whole($0, in: Limits.steps, example: 20)
            },
            guidance: value(.guidance).flatMap {
                number($0, in: Limits.guidance, example: 5)
            },
            shift: value(.shift).flatMap { number($0, in: Limits.shift, example: 3) },
            variations: value(.variations).flatMap { self.variations($0, seed: seed) } ?? 1,
            format: value(.format).flatMap { choice($0, of: Request.Format.self) } ?? .mp4,
            metadata: value(.metadata).flatMap { choice($0, of: Request.Metadata.self) },
            mark: value(.mark).flatMap { flag($0) },
            loop: loop,
            preview: preview,
            model: value(.model).flatMap { name($0, example: "starter") },
            priority: value(.priority).flatMap {
                whole($0, in: Limits.priority, example: 0)
            } ?? 0,
            defaults: value(.defaults).flatMap { origins($0) } ?? [],
            warnings: warnings)
        check(available)
        return payload == nil ? nil : request
    }

    /// What the service wrote of its defaults.
    private mutating func origins(_ value: FieldValue) -> [Request.Default]? {
        let origins = value.node.members?.map { member in
            member.value.string.map { Request.Default(key: member.key, file: $0) }
        }
        guard let origins, !origins.contains(nil), origins.count <= Field.allCases.count else {
            report(
                value, wanted: "what the service wrote there, a key and a file in quotation marks",
                hint: "Delete it: it says only where other keys are from.")
            return nil
        }
        return origins.compactMap(\.self)
    }

    /// Refuses what is understood but cannot be done yet.
    private mutating func check(_ available: Availability) {
        if mode == .customization, !available.trainsStyles {
            refuse(
                .mode,
                "Training a style is not available in this version, so the mode "
                    + "\"customization\" cannot be used; the other seven modes are.",
                hint: "Keep the request for a later version.")
        }
        for field in Field.allCases where available.missing.contains(field) {
            guard value(field) != nil else { continue }
            refuse(
                field, "\"\(field.rawValue)\" is not available in this version.",
                hint: "Leave it out.")
        }
    }

    /// The problems from the top of the file down, those without a place last, then what this
    /// version cannot do; the first ``Limits/problems`` of them, and one that counts the others.
    fileprivate var sortedProblems: [Problem] {
        let sorted =
            problems.enumerated().sorted { left, right in
                let a = (left.element.line ?? .max, left.element.column ?? .max, left.offset)
                let b = (right.element.line ?? .max, right.element.column ?? .max, right.offset)
                return a < b
            }.map(\.element) + refusals
        guard sorted.count > Limits.problems else { return sorted }
        let rest = sorted.count - Limits.problems
        return sorted.prefix(Limits.problems) + [
            Problem(
                field: "",
                message: rest == 1
                    ? "There is one more problem." : "There are \(rest) more problems.",
                hint: "Correct these first.")
        ]
    }
}
