// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension Request {
    /// Reads a request file.
    ///
    /// - Parameters:
    ///   - bytes: the file, at most 256 KiB of JSON in UTF-8.
    ///   - available: what may be asked for; the rest is understood, checked and then refused.
    /// - Throws: ``RequestError`` with every problem of the request, in the order of the file.
    package init(
        parsing bytes: [UInt8], available: Availability = .thisVersion
    ) throws(RequestError) {
        let members = try Self.members(of: bytes)
        var validation = Validation(members: members)
        let request = validation.request(available: available)
        guard validation.problems.isEmpty else {
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
        if let value = value(.schema) {
            _ = text(value, limit: Limits.promptBytes, example: "request.schema.json")
        }
        let prompt = self.prompt(of: mode)
        let payload = self.payload(of: mode, prompt: prompt)
        let seed = value(.seed).flatMap { self.seed($0) }
        let negativePrompt = value(.negativePrompt).flatMap {
            text($0, limit: Limits.promptBytes, example: "blurry")
        }
        let variations = value(.variations).flatMap { self.variations($0, seed: seed) }
        let format = value(.format).flatMap { choice($0, of: Request.Format.self) }
        let common = Request(
            mode: payload ?? .textToVideo,
            prompt: prompt,
            negativePrompt: negativePrompt,
            styles: value(.style).flatMap { styles($0) } ?? [],
            strength: value(.strength).flatMap {
                number($0, in: Limits.strength, example: 1)
            } ?? 1,
            size: value(.size).flatMap { size($0) },
            length: length(),
            framesPerSecond: value(.fps).flatMap {
                number($0, in: Limits.framesPerSecond, example: 16)
            },
            delivery: value(.deliver).flatMap { delivery($0) },
            seed: seed,
            steps: value(.steps).flatMap { whole($0, in: Limits.steps, example: 20) },
            guidance: value(.guidance).flatMap {
                number($0, in: Limits.guidance, example: 5)
            },
            shift: value(.shift).flatMap { number($0, in: Limits.shift, example: 3) },
            variations: variations ?? 1,
            format: format ?? .mp4,
            loop: false,
            preview: false,
            model: value(.model).flatMap { name($0, example: "starter") },
            priority: value(.priority).flatMap {
                whole($0, in: Limits.priority, example: 0)
            } ?? 0)
        if let mode { checkKeys(of: mode) }
        check(available, variations: variations, format: format)
        return payload == nil ? nil : common
    }

    /// Refuses what is understood but cannot be done yet.
    private mutating func check(
        _ available: Availability, variations: Int?, format: Request.Format?
    ) {
        if let mode, let value = value(.mode), !available.modes.contains(mode) {
            let list = ModeName.allCases.filter { available.modes.contains($0) }
                .map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            report(
                value, "The mode \"\(mode.rawValue)\" is not available in this version.",
                hint: "This version makes \(list).")
        }
        for field in Field.allCases where available.missing.contains(field) {
            guard present[field] != nil, mode.map({ field.modes.contains($0) }) ?? true else {
                continue
            }
            report(
                field, "\"\(field.rawValue)\" is not available in this version.",
                hint: "Leave it out.")
        }
        if let value = value(.format), let format, !available.formats.contains(format) {
            let list = Request.Format.allCases.filter { available.formats.contains($0) }
                .map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            report(
                value, "The format \(value.shown) is not available in this version.",
                hint: "Write \(list).")
        }
        if let value = value(.variations), let variations,
            !available.variations.contains(variations)
        {
            report(
                value, "More than one variation is not available in this version.",
                hint: "Leave it out, or drop the request several times with different seeds.")
        }
    }

    /// The problems from the top of the file down, those without a place last; the first
    /// ``Limits/problems`` of them, and one that counts the others.
    fileprivate var sortedProblems: [Problem] {
        let sorted = problems.enumerated().sorted { left, right in
            let a = (left.element.line ?? .max, left.element.column ?? .max, left.offset)
            let b = (right.element.line ?? .max, right.element.column ?? .max, right.offset)
            return a < b
        }.map(\.element)
        guard sorted.count > Limits.problems else { return sorted }
        let rest = sorted.count - Limits.problems
        return sorted.prefix(Limits.problems) + [
            Problem(field: "", message: "There are \(rest) more problems.", hint: "")
        ]
    }
}
