// SPDX-License-Identifier: Apache-2.0

import Generation
import Glibc
import Media
import Requests
import TestSupport
import Testing

private let common = #""model": "short", "steps": 2, "guidance": 1, "seed": 5, "format": "png""#
private let words = #""mode": "text-to-video", "prompt": "a boat", \#(common)"#

@Suite("Clips of several windows")
struct LongClipTests {
    @Test func `a longer clip begins like the shorter one`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let short = try model.run("{\(words), \"frames\": 13}", name: "short")
            let long = try model.run("{\(words), \"frames\": 37}", name: "long")
            let (head, whole) = (try model.frames(of: short), try model.frames(of: long))
            #expect(head.count == 13 && whole.count == 37)
            #expect(Array(whole.prefix(13)) == head)
            #expect(Set(whole.map(\.pixels)).count == 37)
        }
    }

    @Test func `a loop has the length that was asked for`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let record = try model.run("{\(words), \"frames\": 17, \"loop\": true}")
            #expect(try model.frames(of: record).count == 17)
            #expect(record.settings["loop"] == true)
        }
    }

    @Test func `variations are the clips of the next seeds`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let two = try model.run("{\(words), \"frames\": 9, \"variations\": 2}", name: "two")
            let next = words.replacing("\"seed\": 5", with: "\"seed\": 6")
            let one = try model.run("{\(next), \"frames\": 9}", name: "one")
            let second = try model.frames(of: two, clip: "two-2")
            #expect(second.count == 9)
            #expect(second == (try model.frames(of: one)))
            #expect(second != (try model.frames(of: two, clip: "two-1")))
            #expect(
                two.files.suffix(3).map(\.name) == [
                    "poster.jpg", "contact-sheet.jpg", "preview.webp",
                ])
            let preview = try #require(two.files.last)
            #expect((preview.frames, preview.seed) == (9, 5))
        }
    }

    @Test func `a preview is small, quick and one sheet`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let record = try model.run(
                """
                {"mode": "text-to-video", "prompt": "a boat", "model": "short", "steps": 40,
                 "seed": 1, "size": "64x32", "variations": 2, "preview": true}
                """)
            #expect(record.settings["steps"] == 8)
            #expect(record.settings["size"] == "32x16")
            let sheet = try #require(record.files.first { $0.name == "contact-sheet.jpg" })
            #expect(try #require(sheet.width) > 6 * 32 && #require(sheet.height) > 2 * 16)
            #expect(sheet.bytes > 100)
        }
    }
}

@Suite("What the modes promise")
struct PromiseTests {
    /// The golden source, 48 × 32.
    private static let media = "\(Golden.folder)/values/vace-narrow/mask"

    @Test(arguments: ["subject", "background"])
    func `outside the mask and its feather stand the source's own pixels`(affect: String) throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let record = try model.run(
                """
                {"mode": "mask", "prompt": "a red ball", "video": "source.mkv", "size": "48x32",
                 "fps": 16, "mask": {"box": [0.25, 0.25, 0.5, 0.5]}, "affect": "\(affect)",
                 \(common)}
                """, media: PromiseTests.media)
            let frames = try model.frames(of: record)
            var reader = try ClipReader(
                path: "\(PromiseTests.media)/source.mkv", rate: try FrameRate(16), width: 48,
                height: 32)
            // A box that stays where it is on the first frame: pixels 12 to 35, 8 to 23.
            let source = try #require(try reader.next())
            var (same, changed) = (0, 0)
            for y in 0..<32 {
                for x in 0..<48 {
                    let distance = hypot(
                        Double(max(12 - x, 0, x - 35)), Double(max(8 - y, 0, y - 23)))
                    let i = 3 * (y * 48 + x)
                    let isEqual = source.pixels[i..<i + 3] == frames[0].pixels[i..<i + 3]
                    if affect == "subject" {
                        if distance > 4 { #expect(isEqual, "\(x), \(y)") }
                    } else {
                        let depth = min(x - 12, 35 - x, y - 8, 23 - y)
                        if depth >= 4 { #expect(isEqual, "\(x), \(y)") }
                    }
                    if isEqual { same += 1 } else { changed += 1 }
                }
            }
            #expect(same > 0 && changed > 50)
        }
    }

    @Test(arguments: [("#ff00ff", "0", "nothing"), ("#808080", "1", "everything")])
    func `a mask without an edge is a warning`(
        color: String, tolerance: String, word: String
    ) throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let record = try model.run(
                """
                {"mode": "mask", "prompt": "a red ball", "video": "source.mkv", "size": "32x16",
                 "mask": {"color": "\(color)", "tolerance": \(tolerance)}, \(common)}
                """, media: PromiseTests.media)
            #expect(record.warnings.contains { $0.contains("selects \(word)") })
        }
    }

    @Test(arguments: [(#""frames": 9"#, true), (#""frames": 5"#, false), (#""seed": 5"#, false)])
    func `a source that ends too early is a warning`(length: String, isShort: Bool) throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let record = try model.run(
                """
                {"mode": "mask", "prompt": "a red ball", "video": "source.mkv", "size": "48x32",
                 "mask": {"box": [0.25, 0.25, 0.5, 0.5]}, "fps": 16, "model": "short",
                 "steps": 2, "format": "png", \(length)}
                """, media: PromiseTests.media)
            #expect(record.warnings.contains { $0.contains("instead of the 9") } == isShort)
            #expect(try model.frames(of: record).count == 5)
        }
    }

    @Test func `panels stand exactly at their times`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let panels = (0..<2).map { number in
                Picture.pattern(32, 32) { x, y in (8 * x, 8 * y, 255 * number) }
            }
            for (number, panel) in panels.enumerated() {
                try PictureFile.writePNG(panel, to: "\(directory)/panel \(number).png")
            }
            let record = try model.run(
                """
                {"mode": "storyboard", "prompt": "a boat", "frames": 21,
                 "panels": [{"image": "panel 0.png", "at": 0.5}, {"image": "panel 1.png", "at": 2}],
                 \(common)}
                """)
            let frames = try model.frames(of: record)
            #expect(frames.count == 21)
            #expect(frames[4] == panels[0] && frames[16] == panels[1])
            #expect(frames[5] != panels[0])
            #expect(record.inputs.map(\.name) == ["panel 0.png", "panel 1.png"])
        }
    }

    @Test(arguments: [
        (#""mode": "image-to-video", "image": "a b.png""#, true, false),
        (#""mode": "image-to-video", "image": ["a b.png", "z.png"]"#, true, true),
        (
            #""mode": "text-image-to-video", "prompt": "x", "image": "z.png", "image_role": "last-frame""#,
            false, true
        ),
        (
            #""mode": "text-image-to-video", "prompt": "x", "image": "a b.png", "image_role": "reference""#,
            false, false
        ),
    ])
    func `pictures at the ends stand exactly`(
        members: String, hasFirst: Bool, hasLast: Bool
    ) throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let first = Picture.pattern(32, 32) { x, y in (8 * x, 8 * y, 0) }
            let last = Picture.pattern(32, 32) { x, y in (8 * y, 90, 8 * x) }
            try PictureFile.writePNG(first, to: "\(directory)/a b.png")
            try PictureFile.writePNG(last, to: "\(directory)/z.png")
            let record = try model.run(#"{\#(members), "frames": 21, \#(common)}"#)
            let frames = try model.frames(of: record)
            #expect(frames.count == 21)
            #expect((frames[0] == first) == hasFirst)
            #expect((frames[20] == last) == hasLast)
            #expect(frames[1] != first && frames[19] != last)
        }
    }

    @Test func `a panel beyond the end is a problem of that panel`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let panel = Picture.pattern(32, 32) { x, y in (x, y, 0) }
            try PictureFile.writePNG(panel, to: "\(directory)/a.png")
            let error = #expect(throws: GenerationError.self) {
                _ = try model.run(
                    """
                    {"mode": "storyboard", "prompt": "a boat", "frames": 9,
                     "panels": [{"image": "a.png", "at": 7}], \(common)}
                    """)
            }
            #expect(error?.failure.problems.map(\.field) == ["panels[0].at"])
        }
    }

    @Test(arguments: [
        #""mode": "image-to-video", "image": "a.png""#,
        #""mode": "stylization", "prompt": "x", "video": "a.mp4""#,
    ])
    func `a model without a control branch says so`(members: String) throws {
        let request = try Request(
            parsing: Array(#"{"model": "narrow", \#(members)}"#.utf8))
        let engine = Engine(modelDirectories: ["\(Golden.folder)/checkpoints"])
        let error = #expect(throws: GenerationError.self) { _ = try engine.plan(request) }
        #expect(error?.failure.problems.map(\.field) == ["mode"])
        #expect(error?.failure.problems.first?.message.contains("no VACE control branch") == true)
    }

    @Test func `what a moving camera sees of the picture stays as it is`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let still = Picture.pattern(64, 32) { x, y in (4 * x, 8 * y, 2 * (x + y)) }
            try PictureFile.writePNG(still, to: "\(directory)/still.png")
            let record = try model.run(
                """
                {"mode": "image-to-video", "image": "still.png", "size": "64x32", "frames": 9,
                 "camera": {"pan": 10}, \(common)}
                """)
            let frames = try model.frames(of: record)
            #expect(frames.first == still)
            // At the end the camera stands half a width further right: the still's right half is
            // on the left, and what lies beyond it, but for the seam, is the model's.
            let last = try #require(frames.last)
            for y in 0..<32 {
                let row = 3 * 64 * y
                #expect(
                    last.pixels[row..<row + 3 * 27]
                        == still.pixels[row + 3 * 32..<row + 3 * 59])
            }
            #expect(Set(last.pixels.suffix(3 * 16)).count > 3)
        }
    }

    @Test func `the result keeps the shape of its picture`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            let tall = Picture.pattern(90, 300) { x, y in (x, y, 0) }
            try PictureFile.writePNG(tall, to: "\(directory)/tall 📷.png")
            let record = try model.run(
                """
                {"mode": "image-to-video", "image": "tall 📷.png", "frames": 5,
                 "camera": {"pan": 5, "zoom": 3}, \(common)}
                """)
            let frame = try #require(try model.frames(of: record).first)
            #expect(frame.width == 16 && frame.height == 64)
        }
    }

    @Test func `a file that is no picture is named as the user named it`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory)
            try model.folder.write("not a picture", "my cat.png")
            let error = #expect(throws: GenerationError.self) {
                _ = try model.run(
                    #"{"mode": "image-to-video", "image": "my cat.png", \#(common)}"#)
            }
            let failure = try #require(error?.failure)
            #expect(failure.code == "unusable-media")
            #expect(failure.problems.map(\.field) == ["image"])
            #expect(failure.problems.first?.message.contains("'my cat.png'") == true)
            #expect(failure.problems.first?.message.contains(directory) == false)
        }
    }
}
