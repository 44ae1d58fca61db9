// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Model
package import Products
import Requests

/// What a folder or a single file is good for, by the headers of its files alone.
package struct ModelReport {
    /// What a clip of the model's own size and length costs.
    private struct Cost {
        let mode: ModeName
        let plan: Plan
    }

    private let path: String
    private var parts: [PartReport] = []
    /// Where the tokenizer is.
    private var tokenizer: String?
    /// What is needed and not there.
    private var missing: [String] = []
    /// What is wrong, a sentence each.
    private var problems: [String] = []
    private var notes: [String] = []
    private var modes: [ModeName] = []
    private var costs: [Cost] = []

    /// Whether requests can be made with it.
    package var isUsable: Bool { missing.isEmpty && problems.isEmpty && !modes.isEmpty }

    /// Whether there is anything at all at the path.
    package let stands: Bool

    /// Looks at a model's folder, or at a file that is to become a part of one.
    ///
    /// * `precision`: For the costs; nil is what suits the model and the machine.
    package init(of path: String, precision: Precision? = nil) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        stands = unsafe access(path, F_OK) == 0
        guard stands else {
            problems = ["there is nothing at '\(path)'"]
            return
        }
        do throws(ModelError) {
            if isFolder(path) { try lookAtFolder(precision) } else { try lookAtFile() }
        } catch {
            problems.append("\(error)")
        }
    }

    private mutating func lookAtFile() throws(ModelError) {
        let part = ModelPart(file: path)
        guard let kind = try ModelContents.kind(of: [path]) else {
            problems.append("no tensor in it has a name that Rushes knows")
            return
        }
        switch kind {
        case .transformer:
            parts.append(PartReport(kind.rawValue, part, try part.openTransformer()))
            _ = try part.checkTransformer()
            missing = ["a UMT5 text encoder", "its tokenizer", "the autoencoder of Wan 2.1"]
        case .textEncoder:
            parts.append(PartReport(kind.rawValue, part, try part.openTextEncoder()))
            _ = try part.checkTextEncoder()
            missing = ["a transformer", "the autoencoder of Wan 2.1"]
        case .autoencoder:
            parts.append(PartReport(kind.rawValue, part, try part.openAutoencoder()))
            _ = try part.checkAutoencoder()
            missing = ["a transformer", "a UMT5 text encoder", "its tokenizer"]
        case .module:
            parts.append(PartReport(kind.rawValue, part, try part.openTransformer()))
            missing = ["a transformer of Wan 2.1 that it was made for", "and what that needs"]
        case .tinyAutoencoder:
            parts.append(PartReport(kind.rawValue, part, try part.openAutoencoder()))
            notes.append("previews are decoded without it in this version")
        case .adapter:
            notes.append("this is an adapter: put it into the folder of styles")
        }
        notes.append("put it into a folder of its own with the other parts, under any name")
    }

    private mutating func lookAtFolder(_ precision: Precision?) throws(ModelError) {
        let contents = try ModelContents(of: path)
        missing = contents.missing
        notes += contents.unused.map { "'\($0.path)' is not used: \($0.reason)" }
        notes += contents.pickles.map { "'\($0.path)' \($0.advice)" }
        if let module = contents.module, contents.transformer != nil {
            notes.append("the VACE module '\(module)' is joined to the transformer")
        }
        if let part = contents.transformer {
            parts.append(PartReport("transformer", part, try part.openTransformer()))
        }
        if let part = contents.textEncoder {
            parts.append(PartReport("text encoder", part, try part.openTextEncoder()))
        }
        if let part = contents.autoencoder {
            parts.append(PartReport("autoencoder", part, try part.openAutoencoder()))
        }
        switch contents.tokenizer {
        case .folder(let folder): tokenizer = folder
        case .within(let part): tokenizer = part.path
        case nil: break
        }
        guard missing.isEmpty else { return }
        let folder = try ModelFolder(path: path)
        _ = try folder.weightFiles()
        _ = try Tokenizer(folder.tokenizer)
        let configuration = try TransformerConfiguration(folder.transformer)
        modes = [.textToVideo]
        if configuration.hasControl {
            try configuration.requireControl(over: Autoencoder(folder.autoencoder), path: path)
            modes = ModeName.allCases
        } else {
            modes.append(.customization)
            notes.append(
                "without a control branch words alone lead; put a VACE module for it into the folder"
                    + " for the other modes")
        }
        let engine = Engine(modelDirectories: [path], precision: precision)
        costs = modes.prefix(3).compactMap { mode in Self.cost(of: mode, engine) }
    }

    /// What a request with nothing but its mode would take.
    private static func cost(of mode: ModeName, _ engine: Engine) -> Cost? {
        let request: JSONValue =
            mode == .textToVideo
            ? ["mode": .string(mode.rawValue), "prompt": "a clip"]
            : ["mode": .string(mode.rawValue), "prompt": "a clip", "image": "a.png"]
        // A mode that cannot be planned has no cost to show; what is missing stands in the report.
        guard mode != .customization,
            let parsed = try? Request(parsing: Array(request.serialized().utf8)),
            let plan = try? engine.plan(parsed)
        else { return nil }
        return Cost(mode: mode, plan: plan)
    }

    /// For a person, the verdict first.
    package var text: String {
        var lines = ["\(path): \(verdict)"]
        let width = (parts.map(\.name.count) + ["tokenizer".count]).max() ?? 0
        func add(_ name: String, _ text: String) {
            let gap = String(repeating: " ", count: max(0, width - name.count))
            lines.append("  \(name)\(gap)  \(text)")
        }
        for part in parts {
            add(part.name, part.places.joined(separator: " and "))
            add("", part.text)
        }
        if let tokenizer { add("tokenizer", tokenizer) }
        if !modes.isEmpty { add("modes", modes.map(\.rawValue).joined(separator: ", ")) }
        for cost in costs { add("", Self.text(cost)) }
        for problem in problems { lines.append("wrong: \(problem)") }
        for part in missing { lines.append("missing: \(part)") }
        for note in notes { lines.append("note: \(note)") }
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        if !problems.isEmpty { return "cannot be used" }
        if isUsable { return "a model that can be used" }
        return missing.isEmpty ? "no model" : "a part of a model"
    }

    private static func text(_ cost: Cost) -> String {
        let (plan, work) = (cost.plan, cost.plan.work)
        return "\(cost.mode.rawValue): \(plan.width)x\(plan.height), \(plan.frames) frames,"
            + " \(plan.steps) steps, \(plan.precision.rawValue): about"
            + " \(durationText(work.seconds)), \(sizeText(work.memoryBytes)) of memory"
    }

    /// The same for scripts.
    package var json: String {
        let report: JSONValue = [
            "path": .string(path), "usable": .bool(isUsable),
            "parts": .array(parts.map(\.json)),
            "tokenizer": tokenizer.map { .string($0) } ?? .null,
            "modes": .array(modes.map { .string($0.rawValue) }),
            "costs": .array(
                costs.map { cost in
                    [
                        "mode": .string(cost.mode.rawValue),
                        "size": .string("\(cost.plan.width)x\(cost.plan.height)"),
                        "frames": .integer(Int64(cost.plan.frames)),
                        "steps": .integer(Int64(cost.plan.steps)),
                        "precision": .string(cost.plan.precision.rawValue),
                        "seconds": .double((cost.plan.work.seconds * 10).rounded() / 10),
                        "memory_bytes": .integer(Int64(cost.plan.work.memoryBytes)),
                    ]
                }),
            "missing": .array(missing.map { .string($0) }),
            "problems": .array(problems.map { .string($0) }),
            "notes": .array(notes.map { .string($0) }),
        ]
        return report.serialized()
    }
}

/// Such as `3 h 20 min`, `12 min` or `4 s`.
private func durationText(_ seconds: Double) -> String {
    let minutes = Int((seconds / 60).rounded())
    if minutes >= 60 { return "\(minutes / 60) h \(minutes % 60) min" }
    return seconds >= 60 ? "\(minutes) min" : "\(Int(seconds.rounded(.up))) s"
}

private func isFolder(_ path: String) -> Bool {
    guard let directory = unsafe opendir(path) else { return false }
    unsafe closedir(directory)
    return true
}
