// SPDX-License-Identifier: Apache-2.0

import Glibc
import Weights

/// What lies in a model's folder: component folders as diffusers has them, single files, or both.
///
/// What a single file is, the names of its tensors tell; it may be called anything. It goes before the
/// component folder of the same part. A VACE module joins the transformer.
package struct ModelContents: Sendable {
    /// The model's folder.
    package let path: String
    package private(set) var transformer: ModelPart?
    package private(set) var textEncoder: ModelPart?
    package private(set) var autoencoder: ModelPart?
    package private(set) var tokenizer: TokenizerPlace?
    /// The module that joined the transformer.
    package private(set) var module: String?
    /// Files that are recognised and not used, each with the reason.
    package private(set) var unused: [(path: String, reason: String)] = []
    /// Files that only Python could open, each with what to get instead.
    package private(set) var pickles: [(path: String, advice: String)] = []

    /// The folders that diffusers puts parts into.
    package static let componentFolders = [
        "transformer", "transformer_2", "text_encoder", "image_encoder", "vae", "tokenizer",
        "scheduler",
    ]

    /// Looks at a folder and at the headers of the single files in it.
    ///
    /// - Throws: `ModelError.weights` where a single file is damaged, `.unsupported` where two are of
    ///   one part.
    package init(of path: String) throws(ModelError) {
        self.path = path
        let files: WeightFiles
        do { files = try WeightFiles(in: path) } catch { throw .weights(error) }
        pickles = files.pickles.map { ($0, Self.advice(for: $0)) }
        var sets: [PartKind: [String]] = [:]
        for set in files.sets {
            guard let kind = try Self.kind(of: set) else {
                unused.append((set[0], "no tensor in it has a name that Rushes knows"))
                continue
            }
            if kind == .adapter {
                unused.append((set[0], "this is an adapter; it belongs into the folder of styles"))
            } else if kind == .tinyAutoencoder {
                unused.append(
                    (set[0], "the tiny autoencoder, for previews; this version decodes without it"))
            } else if let other = sets.updateValue(set, forKey: kind) {
                throw .unsupported(
                    path: path,
                    what: "'\(Self.name(of: other[0]))' and '\(Self.name(of: set[0]))' are both a"
                        + " \(kind); leave one")
            }
        }
        module = sets[.module]?.first
        transformer = part("transformer", sets[.transformer], and: sets[.module] ?? [])
        textEncoder = part("text_encoder", sets[.textEncoder])
        autoencoder = part("vae", sets[.autoencoder])
        if transformer == nil, let module {
            unused.append((module, "there is no transformer for it"))
        }
        tokenizer = try findTokenizer()
    }

    /// What a set of files is.
    ///
    /// - Throws: `ModelError.weights` where one is damaged.
    package static func kind(of set: [String]) throws(ModelError) -> PartKind? {
        do { return PartKind(try WeightStore(files: set).names) } catch { throw .weights(error) }
    }

    /// What is needed and not there, each in a few words that also say what would do.
    package var missing: [String] {
        var missing: [String] = []
        func advice(_ part: String) -> String {
            pickles.first { $0.advice.contains(part) }.map {
                " ('\(Self.name(of: $0.path))' \($0.advice))"
            } ?? ""
        }
        if transformer == nil { missing.append("a transformer" + advice("transformer")) }
        if textEncoder == nil { missing.append("a UMT5 text encoder" + advice("text encoder")) }
        if tokenizer == nil { missing.append("the tokenizer, 'spiece.model' of UMT5") }
        if autoencoder == nil {
            missing.append("the autoencoder of Wan 2.1" + advice("autoencoder"))
        }
        return missing
    }

    private func part(_ folder: String, _ set: [String]?, and more: [String] = []) -> ModelPart? {
        if let set {
            return ModelPart(folder: nil, files: set + more, configuration: "\(path)/config.json")
        }
        let component = "\(path)/\(folder)"
        return Self.exists(component) ? ModelPart(folder: component, files: more) : nil
    }

    private func findTokenizer() throws(ModelError) -> TokenizerPlace? {
        let folders = ["\(path)/tokenizer", path, "\(path)/google/umt5-xxl"]
        for folder in folders {
            for name in ["spiece.model", "tokenizer.json"] where Self.exists("\(folder)/\(name)") {
                return .folder(folder)
            }
        }
        guard let textEncoder, textEncoder.folder == nil,
            Vocabulary.stands(within: try textEncoder.openAsIs())
        else { return nil }
        return .within(textEncoder)
    }

    /// What to get in place of a pickle: running what it says is how it is read, so it never is.
    private static func advice(for path: String) -> String {
        let name = name(of: path).lowercased()
        let refusal = "is a pickle, which could run anything while it is read: get"
        if name.contains("vae") {
            return "\(refusal) 'wan_2.1_vae.safetensors', the same autoencoder"
        }
        if name.contains("t5") {
            return "\(refusal) 'umt5_xxl_fp16.safetensors' or a GGUF, the same text encoder"
        }
        return "\(refusal) the same transformer as safetensors or GGUF"
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    private static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
