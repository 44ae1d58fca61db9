// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

@Suite("A looping preview")
struct LoopingPreviewTests {
    /// Writes one of `frames` pictures and reads it back.
    private func preview(
        _ frames: Int, rate: Double, width: Int = 64, height: Int = 48,
        picture: (Int, Int, Int) -> Picture = { .film($0 % 12, width: $1, height: $2) }
    ) throws -> (stored: StoredVideo, clip: StoredClip, bytes: Int) {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/preview.webp"
            var preview = try LoopingPreview(
                path: path, width: width, height: height, framesPerSecond: try FrameRate(rate),
                comment: "made")
            for index in 0..<frames { try preview.append(picture(index, width, height)) }
            let stored = try preview.finish()
            let clip = try StoredClip(path, .webp)
            #expect(clip.comment == "made")
            return (stored, clip, try contents(of: path).count)
        }
    }

    @Test(arguments: [
        (1, 16.0, 1, 8.0), (17, 8, 17, 8), (17, 12, 17, 12), (40, 24, 20, 12),
        (200, 16, 24, 8), (300, 8, 24, 8), (100, 0.1, 1, 0.1),
    ])
    func `is as long as the clip, three seconds at most, and no faster than twelve a second`(
        frames: Int, rate: Double, kept: Int, shown: Double
    ) throws {
        let (stored, clip, _) = try preview(frames, rate: rate)
        #expect(stored.frames == kept && clip.pictures.count == kept)
        #expect(stored.framesPerSecond.value == shown)
        #expect((clip.seconds ?? 0) <= max(3.01, 1 / rate + 0.01))
    }

    @Test(arguments: [
        (320, 200, 320, 200), (1280, 720, 320, 180), (720, 1280, 180, 320), (2048, 16, 320, 16),
    ])
    func `is small and never enlarged`(
        width: Int, height: Int, shownWidth: Int, shownHeight: Int
    ) throws {
        let (stored, _, _) = try preview(2, rate: 8, width: width, height: height)
        #expect((stored.width, stored.height) == (shownWidth, shownHeight))
    }

    @Test func `ends early where pictures are noise, and stays within its bytes`() throws {
        var random = SystemRandomNumberGenerator()
        let (stored, _, bytes) = try preview(36, rate: 12, width: 320, height: 320) { _, w, h in
            Picture(
                width: w, height: h,
                pixels: (0..<3 * w * h).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        #expect(stored.frames > 3 && stored.frames < 36)
        #expect(bytes <= LoopingPreview.byteLimit && bytes > LoopingPreview.byteLimit / 2)
    }

    @Test func `in a folder that is not there fails by name`() throws {
        let error = #expect(throws: MediaError.self) {
            _ = try LoopingPreview(
                path: "/nowhere/preview.webp", width: 64, height: 48,
                framesPerSecond: try FrameRate(8), comment: "")
        }
        #expect("\(try #require(error))".contains("/nowhere/preview.webp"))
    }
}
