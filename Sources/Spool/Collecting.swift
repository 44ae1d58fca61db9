// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// The way of a request's files: out of the inbox into the job, and back to the user on failure.
extension JobFolder {
    /// Copies the named files into `in/` and writes the list `media`; all of it durable.
    func collect(
        _ names: [String], from source: borrowing MediaSource, while goOn: () -> Bool
    ) throws(SpoolError) -> [Medium] {
        try spooling { () throws(FileError) in try Directory.make(input) }
        var media: [Medium] = []
        var rest = MediaSource.totalLimit
        for (index, name) in names.enumerated() {
            let file = String(index)
            let target = input.appending(file)
            let result = try source.copy(Path(name), to: target, limit: rest, while: goOn)
            if case .success(let bytes) = result {
                rest -= bytes
            } else {
                try spooling { () throws(FileError) in try Directory.removeTree(target) }
            }
            media.append(Medium(name: name, place: result.map { _ in file }))
        }
        try spooling { () throws(FileError) in
            try Directory.synchronize(input)
            try WholeFile.write(MediaList(media: media).text, to: mediaList)
        }
        return media
    }

    /// Moves the copies into `out/`, under the names and in the folders of the request.
    ///
    /// May be interrupted and done again: what has been moved is no longer in `in/`.
    func returnMedia() throws(FileError) {
        for medium in try media() {
            guard case .success(let file) = medium.place else { continue }
            let copy = input.appending(file)
            guard try has(copy) else { continue }
            do throws(FileError) {
                let place = output.appending(Self.returned(medium.name))
                try Directory.ensure(place.parent)
                try Renaming.move(copy, to: place)
            } catch {
                guard [EEXIST, ENOTDIR, EISDIR].contains(error.errno) else { throw error }
                // Two names that this file system takes for one: neither is given up.
                try Directory.ensure(output.appending("media"))
                try Renaming.move(copy, to: output.appending("media").appending(file))
            }
        }
    }

    /// Names that the failure itself needs are kept free.
    private static func returned(_ name: String) -> Path {
        let own: Set = ["request.json", "error.txt", "result.json"]
        let first = name.prefix { $0 != "/" }.lowercased()
        return own.contains(first) ? Path("media").appending(name) : Path(name)
    }
}

extension Medium {
    /// Whether another try would find the same.
    var isFinal: Bool {
        switch place {
        case .success: true
        case .failure(let fault): !fault.mayPass
        }
    }
}
