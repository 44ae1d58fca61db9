// SPDX-License-Identifier: Apache-2.0

import Digests
import Files
package import Model
package import Requests
import Weights

/// The styles of a request, found, opened and matched with its model.
package struct ChosenStyles: Sendable {
    /// What the result says of each, in the order of the request.
    package private(set) var records: [ResultRecord.Style] = []
    /// The changes of the transformer's weights; of a style with the weight 0 there are none.
    package private(set) var adapters = Adapters.none
    /// The request's prompt, and behind it the phrases that call the styles up.
    package private(set) var prompt: String
    /// Those phrases, said or not.
    private(set) var triggers: [String] = []
    /// What of the files has no effect.
    private(set) var warnings: [String] = []
    /// What is wrong with the choice.
    private(set) var problems: [Problem] = []

    /// One style, ready for use.
    private struct Style {
        let choice: Request.StyleChoice
        let entry: StyleLibrary.Entry
        let sha256: String
        let trigger: String?
        let report: AdapterReport
    }

    /// Finds the styles that a request chooses.
    ///
    /// * `name`: The model's.
    /// * `withControl`: Whether the control branch has a say.
    /// - Throws: `GenerationError.style` where the library cannot be read now, `.model` where the
    ///   model cannot; what is wrong with the request goes into `problems`.
    init(
        of request: Request, in library: StyleLibrary, over folder: ModelFolder,
        called name: String,
        withControl: Bool
    ) throws(GenerationError) {
        prompt = request.prompt
        var base: BaseFingerprint?
        var styles: [Style] = []
        for (index, choice) in request.styles.enumerated() {
            do throws(StyleError) {
                let entry = try library.find(choice.name)
                if let other = styles.first(where: { $0.entry == entry }) {
                    throw .sameFile(other.choice.name, choice.name)
                }
                let metadata = try Self.metadata(of: entry)
                if let metadata {
                    if base == nil { base = try Self.fingerprint(of: folder) }
                    guard metadata.baseFingerprint == base?.sha256 else {
                        throw .otherBase(entry.name, base: metadata.base, model: name)
                    }
                }
                styles.append(
                    Style(
                        choice: choice, entry: entry, sha256: try Self.digest(of: entry),
                        trigger: metadata?.trigger,
                        report: try Self.report(
                            of: entry, weight: choice.weight, over: folder, called: name,
                            withControl: withControl)))
            } catch {
                guard !error.mayPass else { throw .style(error) }
                problems.append(
                    error.problem(
                        request.styles.count == 1
                            ? Field.style.rawValue : "\(Field.style.rawValue)[\(index)]"))
            }
        }
        for style in styles { use(style, in: name, withControl: withControl) }
        do throws(ModelError) {
            adapters = try Adapters(
                styles.filter { $0.choice.weight != 0 }.map {
                    (path: $0.entry.path, weight: Float($0.choice.weight))
                })
        } catch { throw .model(error) }
    }

    private mutating func use(_ style: Style, in model: String, withControl: Bool) {
        var said: String?
        if let trigger = style.trigger {
            triggers.append(trigger)
            // What counts for nothing is not to be called up either.
            if style.choice.trigger, style.choice.weight != 0 {
                said = trigger
                if !Self.contains(prompt, trigger) {
                    prompt = prompt.isEmpty ? trigger : "\(prompt), \(trigger)"
                }
            }
        }
        let unmatched = style.report.unmatched
        records.append(
            ResultRecord.Style(
                name: style.entry.name.name, version: style.entry.version,
                weight: style.choice.weight, sha256: style.sha256, trigger: said,
                matched: style.report.matched.count, unmatched: unmatched.count,
                firstUnmatched: unmatched.prefix(5).map(\.key)))
        // That the control branch sleeps in some modes is no fault of a style that knows it.
        let strange = unmatched.filter { withControl || !$0.key.contains("vace") }
        if style.report.matched.isEmpty {
            warnings.append(
                "The style '\(style.entry.name)' changes only the control branch, which this request "
                    + "does not use.")
        }
        if let first = strange.first {
            warnings.append(
                "\(strange.count) of the \(style.report.matched.count + unmatched.count) tensors of "
                    + "the style '\(style.entry.name)' change nothing in the model '\(model)'; the "
                    + "first is '\(Problem.shown(first.key))': \(first.reason).")
        }
    }

    /// Whether a prompt has a phrase already, whatever its case.
    private static func contains(_ prompt: String, _ trigger: String) -> Bool {
        func words(_ text: String) -> String {
            text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return words(prompt).contains(words(trigger))
    }

    private static func metadata(
        of entry: StyleLibrary.Entry
    ) throws(StyleError) -> StyleMetadata? {
        do throws(WeightsError) {
            return StyleMetadata(try WeightStore(file: entry.path).metadata)
        } catch {
            throw StyleError(.weights(error), of: entry)
        }
    }

    private static func digest(of entry: StyleLibrary.Entry) throws(StyleError) -> String {
        do throws(DigestError) {
            return try SHA256.sizeAndDigest(ofFile: entry.path).digest
        } catch {
            throw .unreadable(
                FileError(operation: "read", path: entry.path, errno: error.errno))
        }
    }

    private static func fingerprint(
        of folder: ModelFolder
    ) throws(StyleError) -> BaseFingerprint {
        do throws(ModelError) {
            return try BaseFingerprint(transformer: folder.transformer)
        } catch {
            throw .noModel(error)
        }
    }

    /// What of a file fits the model.
    private static func report(
        of entry: StyleLibrary.Entry, weight: Double, over folder: ModelFolder,
        called model: String, withControl: Bool
    ) throws(StyleError) -> AdapterReport {
        let adapters: Adapters
        do throws(ModelError) {
            adapters = try Adapters([(path: entry.path, weight: Float(weight))])
        } catch {
            throw StyleError(error, of: entry)
        }
        do throws(ModelError) {
            return try adapters.reports(over: folder.transformer, withControl: withControl)[0]
        } catch {
            guard case .adapter(_, let problem) = error else { throw .noModel(error) }
            throw .fitsNothing(entry.name, model: model, reason: problem)
        }
    }
}

extension StyleError {
    /// Why a style's file cannot be opened.
    fileprivate init(_ error: ModelError, of entry: StyleLibrary.Entry) {
        switch error {
        case .weights(.unreadable): self = .damaged(entry.name, reason: "\(error)", mayPass: true)
        case .adapter(_, let problem): self = .damaged(entry.name, reason: problem, mayPass: false)
        default: self = .damaged(entry.name, reason: "\(error)", mayPass: false)
        }
    }
}
