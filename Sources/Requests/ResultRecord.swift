// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The content of `result.json`: everything that is needed to make the video again.
///
/// A failure before the work began leaves most of it empty; what is unknown is written as `null`.
package struct ResultRecord: Equatable, Sendable {
    /// The request's name: the file's name without `.json`.
    package var request: String
    package var mode: ModeName?
    package var model: Model?
    /// The styles that were used, in the order of the request.
    package var styles: [Style] = []
    /// The style that was made, where that was what the request asked for.
    package var madeStyle: MadeStyle?
    /// The seed that was used, also when the request had none; that of the first variation.
    package var seed: UInt64?
    /// Every effective value as an object, as the engine used it.
    package var settings: JSONValue = [:]
    /// The keys of the request that are from a `defaults.json`.
    package var defaults: [Request.Default] = []
    /// What the comment says of the request.
    package var metadata = Request.Metadata.full
    package var files: [File] = []
    package var inputs: [Input] = []
    package var timing = Timing()
    package var engine: Engine?
    package var warnings: [String] = []
    /// Why there is no video; `status` is `failed` if set, otherwise `done`.
    package var failure: Failure?

    /// Makes an empty record of a request; the rest is filled in as it becomes known.
    package init(request: String) {
        self.request = request
    }
}

extension ResultRecord {
    /// The model that was used.
    package struct Model: Equatable, Sendable {
        package var name: String
        /// SHA-256 over the weights, 64 hexadecimal digits.
        package var sha256: String

        /// Makes a model's entry.
        package init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// A file that was made.
    package struct File: Equatable, Sendable {
        package var name: String
        package var bytes: Int
        package var sha256: String
        /// Pixels, and how many pictures; nil for a file that is none.
        package var width: Int?
        package var height: Int?
        package var frames: Int?
        /// Nil for a still picture.
        package var framesPerSecond: Double?
        /// The noise from which it was made; each variation has its own.
        package var seed: UInt64?

        /// Makes a file's entry.
        package init(
            name: String, bytes: Int, sha256: String, width: Int? = nil, height: Int? = nil,
            frames: Int? = nil, framesPerSecond: Double? = nil, seed: UInt64? = nil
        ) {
            self.name = name
            self.bytes = bytes
            self.sha256 = sha256
            self.width = width
            self.height = height
            self.frames = frames
            self.framesPerSecond = framesPerSecond
            self.seed = seed
        }
    }

    /// A file that was read, by the name under which the request knows it.
    package struct Input: Equatable, Sendable {
        package var name: String
        package var sha256: String

        /// Makes an input's entry.
        package init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// When things happened, and how long each stage took.
    package struct Timing: Equatable, Sendable {
        package var queued: Timestamp?
        package var started: Timestamp?
        package var finished: Timestamp?
        package var stages = Stages()

        /// Makes an empty timing.
        package init() {}
    }

    /// Seconds of wall-clock time.
    package struct Stages: Equatable, Sendable {
        package var load = 0.0
        package var text = 0.0
        package var media = 0.0
        /// Of a style; 0 in all other modes.
        package var train = 0.0
        package var denoise = 0.0
        package var decode = 0.0
        package var write = 0.0

        /// Makes stages that took no time.
        package init() {}
    }

    /// What computed.
    package struct Engine: Equatable, Sendable {
        package var version: String
        package var precision: String
        package var threads: Int
        /// The greatest resident memory of the job's process.
        package var peakMemoryBytes: Int
        /// What was computed inexactly, as an object; nil where nothing was.
        package var approximations: JSONValue?

        /// Makes an engine's entry.
        package init(
            version: String, precision: String, threads: Int, peakMemoryBytes: Int,
            approximations: JSONValue? = nil
        ) {
            self.version = version
            self.precision = precision
            self.threads = threads
            self.peakMemoryBytes = peakMemoryBytes
            self.approximations = approximations
        }
    }
}
