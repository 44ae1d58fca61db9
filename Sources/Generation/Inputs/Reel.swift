// SPDX-License-Identifier: Apache-2.0

import Files
import Media

/// Frames of one size on disk, reached by number: a clip of any length takes no memory.
final class Reel {
    private let file: ScratchFile
    private let frameBytes: Int

    /// Makes an empty reel of frames of `frameBytes` bytes on the filesystem of `directory`.
    ///
    /// - Throws: `GenerationError.scratch`.
    init(frameBytes: Int, in directory: String) throws(GenerationError) {
        do { file = try ScratchFile(in: Path(directory)) } catch { throw .scratch(error) }
        self.frameBytes = frameBytes
    }

    /// Puts a frame in its place.
    func write(_ frame: [UInt8], at index: Int) throws(GenerationError) {
        precondition(frame.count == frameBytes, "a frame of \(frame.count) bytes")
        do { try file.write(frame, at: index * frameBytes) } catch { throw .scratch(error) }
    }

    /// A frame that was written before.
    func frame(at index: Int) throws(GenerationError) -> [UInt8] {
        do { return try file.read(frameBytes, at: index * frameBytes) } catch {
            throw .scratch(error)
        }
    }
}
