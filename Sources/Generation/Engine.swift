// SPDX-License-Identifier: Apache-2.0

import Glibc
import Model

/// Where models are, and how they are run.
package struct Engine: Sendable {
    /// The version that results and videos carry.
    package static let version = "0.1.0"
    /// Folders that hold models, each a folder of its own; the first one wins where names repeat.
    package var modelDirectories: [String]
    package var precision: Precision

    /// Describes an engine; nothing is read yet.
    package init(modelDirectories: [String], precision: Precision = .float32) {
        precondition(precision.isAvailable, "\(precision) is not available in this version")
        self.modelDirectories = modelDirectories
        self.precision = precision
    }

    /// The names of all installed models, sorted.
    package var installedModels: [String] {
        var names: Set<String> = []
        for directory in modelDirectories {
            for name in listDirectory(directory)
            where !name.hasPrefix(".") && ModelFolder.stands(at: "\(directory)/\(name)") {
                names.insert(name)
            }
        }
        return names.sorted()
    }

    /// Opens the model that a request names, else the one called `starter`, else the only one.
    ///
    /// - Throws: `GenerationError.noModel` and `.model`.
    func model(named wanted: String?) throws(GenerationError) -> (name: String, ModelFolder) {
        let installed = installedModels
        let only = installed.count == 1 ? installed.first : nil
        let name = wanted ?? (installed.contains("starter") ? "starter" : only)
        guard let name, installed.contains(name) else {
            throw .noModel(wanted: wanted, installed: installed, searched: modelDirectories)
        }
        do throws(ModelError) {
            for directory in modelDirectories
            where ModelFolder.stands(at: "\(directory)/\(name)") {
                return (name, try ModelFolder(path: "\(directory)/\(name)"))
            }
        } catch { throw .model(error) }
        throw .noModel(wanted: wanted, installed: installed, searched: modelDirectories)
    }
}

/// The names in a directory; none where it cannot be read, as with a default that does not exist.
private func listDirectory(_ path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
        // A name that is not UTF-8 cannot be the name of a model in a JSON request.
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
            unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                unsafe String(validatingCString: $0)
            }
        }
        if let name, name != ".", name != ".." { names.append(name) }
    }
    return names
}
