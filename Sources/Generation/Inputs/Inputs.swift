// SPDX-License-Identifier: Apache-2.0

import Digests
import Media
import Requests

/// The files of a request, read on demand; every error names the file as the user wrote it.
struct Inputs {
    private let files: MediaFiles
    let request: Request

    init(_ files: MediaFiles, of request: Request) {
        self.files = files
        self.request = request
    }

    /// What a file turns out to be.
    func facts(of name: MediaPath, for field: Field) throws(GenerationError) -> MediaFacts {
        try reading(name, for: field) { path throws(MediaError) in
            try MediaFile.facts(of: path)
        }
    }

    /// A whole picture, upright, at its own size.
    func picture(_ name: MediaPath, for field: Field) throws(GenerationError) -> Picture {
        try reading(name, for: field) { path throws(MediaError) in
            try PictureFile.read(path)
        }
    }

    /// A picture scaled and centre-cropped to the size of the generated frames.
    func picture(
        _ name: MediaPath, for field: Field, width: Int, height: Int
    ) throws(GenerationError) -> Picture {
        try reading(name, for: field) { path throws(MediaError) in
            try PictureFile.read(path).framed(width: width, height: height)
        }
    }

    /// Does something with the file `name`, whose trouble is told in the user's words.
    ///
    /// - Throws: `GenerationError.input`.
    func reading<Value: ~Copyable>(
        _ name: MediaPath, for field: Field, _ read: (String) throws(MediaError) -> Value
    ) throws(GenerationError) -> Value {
        let path = files.path(of: name)
        do { return try read(path) } catch {
            throw .input(field: field, name: name, trouble: "\(error.naming(name.text))")
        }
    }

    /// The path of a file, for a reader that opens it itself.
    func path(of name: MediaPath) -> String { files.path(of: name) }

    /// What `result.json` says about all files of the request.
    ///
    /// - Throws: `GenerationError.digest`.
    func records() throws(GenerationError) -> [ResultRecord.Input] {
        var records: [ResultRecord.Input] = []
        do {
            for name in request.media {
                let (_, digest) = try SHA256.sizeAndDigest(ofFile: files.path(of: name))
                records.append(ResultRecord.Input(name: name.text, sha256: digest))
            }
        } catch { throw .digest(error) }
        return records
    }
}
