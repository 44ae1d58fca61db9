// SPDX-License-Identifier: Apache-2.0

import Glibc
import Model
package import Products
package import Requests
import Tensors

/// Where models are, and how they are run.
package struct Engine: Sendable {
    /// The version that results and videos carry.
    package static let version = "0.1.0"
    /// Where a package puts models, and where an administrator does; either may be missing.
    package static let customaryDirectories = [
        "/usr/share/rushes/models", "/var/lib/rushes/models",
    ]
    /// Where trained styles are kept.
    package static let customaryStyles = "/var/lib/rushes/styles"
    /// Folders that hold models, or are one; the first one wins where names repeat.
    package var modelDirectories: [String]
    /// The arithmetic of the large products; nil is what suits the model and the machine.
    package var precision: Precision?
    /// What is computed inexactly to be faster.
    package var approximations: Approximations
    /// The styles that requests may choose.
    package var styles: StyleLibrary
    /// What results say of themselves, where the request does not choose.
    package var disclosure: Disclosure

    /// Describes an engine; nothing is read yet.
    package init(
        modelDirectories: [String], precision: Precision? = nil,
        approximations: Approximations = .none,
        styles: StyleLibrary = StyleLibrary(folder: Engine.customaryStyles),
        disclosure: Disclosure = Disclosure()
    ) {
        self.modelDirectories = modelDirectories
        // Read before a worker locks itself in.
        _ = processorCount
        self.precision = precision
        self.approximations = approximations
        self.styles = styles
        self.disclosure = disclosure
    }

    /// The folders of all installed models, by name.
    package var installedModels: [String: String] {
        modelDirectories.reduce(into: [:]) { paths, directory in
            paths.merge(Self.models(in: directory)) { first, _ in first }
        }
    }

    /// The folders that somebody named and that hold no model at all, as when they are not mounted.
    private var emptyDirectories: [String] {
        modelDirectories.filter {
            !Self.customaryDirectories.contains($0) && Self.models(in: $0).isEmpty
        }
    }

    private static func models(in directory: String) -> [String: String] {
        var paths: [String: String] = [:]
        for name in listDirectory(directory) where !name.hasPrefix(".") {
            let path = "\(directory)/\(name)"
            // The parts of a model are none, though they hold weights.
            if ModelContents.componentFolders.contains(name) { continue }
            if ModelFolder.stands(at: path) { paths[name] = path }
        }
        // Somebody who names a model's own folder means that model; single files that lie beside whole
        // models make none.
        if ModelFolder.hasIndex(directory) || paths.isEmpty && ModelFolder.stands(at: directory),
            let name = lastComponent(of: directory)
        {
            paths[name] = directory
        }
        return paths
    }

    /// Opens the model that a request names, else the one called `starter`, else the only one.
    ///
    /// - Throws: `GenerationError.noModel`, `.modelsAway` and `.model`.
    func model(named wanted: String?) throws(GenerationError) -> (name: String, ModelFolder) {
        let installed = installedModels
        let only = installed.count == 1 ? installed.keys.first : nil
        let name = wanted ?? (installed["starter"] == nil ? only : "starter")
        guard let name, let path = installed[name] else {
            let empty = emptyDirectories
            if !installed.isEmpty, let wanted, !empty.isEmpty {
                throw .modelsAway(wanted: wanted, empty: empty)
            }
            throw .noModel(
                wanted: wanted, installed: installed.keys.sorted(), searched: modelDirectories)
        }
        do { return (name, try ModelFolder(path: path)) } catch { throw .model(error) }
    }
}

/// The name of a folder, links and dots resolved; nil where it is none or not UTF-8.
private func lastComponent(of path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(validatingCString: resolved)?.split(separator: "/").last.map(String.init)
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

/// The largest resident size of this process so far; `getrusage(2)` counts in KiB.
func peakMemoryBytes() -> Int {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
}
