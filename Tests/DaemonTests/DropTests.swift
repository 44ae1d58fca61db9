// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

@testable import Daemon

/// Which files of a folder are one request.
@Suite struct DropTests {
    @Test(arguments: [
        ("03-image-to-video", Drop.Work.mode(.imageToVideo)), ("3", .mode(.imageToVideo)),
        ("03", .mode(.imageToVideo)), ("Image-To-Video", .mode(.imageToVideo)),
        ("03-IMAGE-TO-VIDEO", .mode(.imageToVideo)), ("again", .again), ("AGAIN", .again),
        ("04-image-to-video", .unknown), ("9", .unknown), ("0", .unknown), ("003", .unknown),
        ("image", .unknown), ("03-", .unknown), ("", .unknown),
    ])
    func folders(name: String, work: Drop.Work) {
        #expect(Drop.work(in: name) == work)
    }

    @Test(arguments: ModeName.allCases)
    func everyModeHasAFolder(mode: ModeName) {
        #expect(Drop.work(in: Drop.folder(of: mode)) == .mode(mode))
    }

    @Test func filesOfOneStemBelongTogether() {
        let names = [
            "Walk.MP4", "walk.mask.png", "walk.txt", "walk.jpg", "other.txt", "walker.jpg",
        ]
        let drop = Drop("Walk.MP4", in: .mode(.mask), among: names)
        #expect(drop.files == ["Walk.MP4", "walk.txt", "walk.jpg", "walk.mask.png"])
        #expect(drop.keys.map(\.field) == [.video, .image, .mask])
        #expect(
            Drop.role(of: "walk.mask.png", in: .mode(.mask), among: names)
                == .following("Walk.MP4"))
        #expect(Drop.role(of: "other.txt", in: .mode(.mask), among: names) == .following(nil))
        #expect(drop.missing([.video, .mask, .prompt]) == nil)
        #expect(drop.missing([.video, .prompt])?.file == "Walk.mask.png")
    }

    @Test func lettersMayBeComposedInTwoWays() {
        let names = ["caf\u{E9}.jpg", "cafe\u{301}.txt"]
        let drop = Drop(names[0], in: .mode(.textImageToVideo), among: names)
        #expect(drop.files == names)
    }

    @Test func aMaskMayBeAClip() {
        let names = ["walk.mp4", "walk-mask.mp4"]
        #expect(Drop.role(of: names[0], in: .mode(.mask), among: names) == .leading)
        #expect(Drop.role(of: names[1], in: .mode(.mask), among: names) == .following(names[0]))
        // In other modes that is only a name.
        #expect(Drop.role(of: names[1], in: .mode(.render), among: names) == .leading)
    }

    @Test func whatIsMissingDependsOnTheRest() {
        let names = ["cat.jpg"]
        let drop = Drop("cat.jpg", in: .mode(.textImageToVideo), among: names)
        #expect(drop.missing([.mode, .image])?.file == "cat.txt")
        #expect(drop.missing([.mode, .image, .prompt]) == nil)
        let clip = Drop("walk.mp4", in: .mode(.stylization), among: ["walk.mp4"])
        #expect(clip.missing([.mode, .video])?.file == "walk.txt")
        for key in [Field.prompt, .image, .style] { #expect(clip.missing([key]) == nil) }
    }

    @Test func picturesGoAlongWithAVideoThatIsMadeAgain() {
        let names = ["film.mp4", "cat.jpg", "film-2.webm"]
        let drop = Drop("film.mp4", in: .again, among: names)
        #expect(drop.files == ["film.mp4", "cat.jpg"])
        #expect(drop.followers.isEmpty, "it may be wanted again")
        #expect(Drop.role(of: "cat.jpg", in: .again, among: names) == .following(nil))
    }
}
