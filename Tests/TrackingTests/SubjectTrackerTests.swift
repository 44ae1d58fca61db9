// SPDX-License-Identifier: Apache-2.0

import Media
import Testing
import Tracking

@Suite struct SubjectTrackerTests {
    @Test(arguments: Clip.suite.indices)
    func theSubjectIsFollowedToTheEnd(index: Int) async {
        let following = await Following.all.value[index]
        #expect(
            following.last >= following.clip.floor, "\(following.clip.name): \(following.overlaps)")
    }

    /// The project's promise: a mean overlap of 0.8 at the last picture.
    ///
    /// The table goes to the
    /// tests' output.
    @Test func theMeanOverlapAtTheEndKeepsThePromise() async {
        let all = await Following.all.value
        let mean = all.map(\.last).reduce(0, +) / Double(all.count)
        let unmoved = all.map(\.unmoved).reduce(0, +) / Double(all.count)
        print("clip                              start    size     overlap  if unmoved  ms")
        for following in all { print(following.line) }
        print("mean overlap \(mean), of a mask that stays where it was \(unmoved)")
        #expect(mean >= 0.8)
        #expect(unmoved < 0.3)
    }

    @Test func aSubjectThatLeftIsLostAndItsMaskEmpty() async throws {
        let following = try #require(
            await Following.all.value.first { $0.clip.name == "leaves" })
        #expect(following.losses.last == true)
        #expect(following.losses.first == false)
    }

    @Test func aSubjectThatReturnsIsFoundAgain() async throws {
        let following = try #require(
            await Following.all.value.first { $0.clip.name == "leaves and returns" })
        #expect(following.losses.contains(true))
        #expect(following.losses.last == false)
    }

    @Test func equalPicturesGiveEqualMasks() throws {
        let clip = try #require(Clip.suite.first { $0.name == "flicker and noise" })
        let (picture, truth) = clip.frame(0)
        var one = SubjectTracker(truth, on: picture)
        var other = SubjectTracker(truth, on: picture)
        for index in 1..<5 {
            let picture = clip.frame(index).picture
            #expect(one.follow(picture) == other.follow(picture))
        }
    }

    @Test func aCopyGoesItsOwnWay() throws {
        let clip = try #require(Clip.suite.first { $0.name == "ball right" })
        let (picture, truth) = clip.frame(0)
        var one = SubjectTracker(truth, on: picture)
        let expected = one
        var other = expected
        _ = one.follow(clip.frame(12).picture)
        #expect(other.follow(clip.frame(1).picture).overlap(clip.frame(1).truth) > 0.8)
    }

    @Test func aMaskThatSelectsNothingIsLostFromTheBeginning() {
        let picture = Picture(width: 3, height: 2, pixels: [UInt8](repeating: 90, count: 18))
        var tracker = SubjectTracker(Mask(width: 3, height: 2, filledWith: 0), on: picture)
        #expect(tracker.isLost)
        #expect(tracker.follow(picture) == Mask(width: 3, height: 2, filledWith: 0))
        #expect(tracker.isLost)
    }

    @Test(arguments: [1, 2, 5, 17])
    func aMaskThatSelectsEverythingGoesOnSelectingIt(side: Int) {
        let pixels = (0..<side * side * 3).map { UInt8($0 * 37 % 251) }
        let picture = Picture(width: side, height: side, pixels: pixels)
        let whole = Mask(width: side, height: side, filledWith: 255)
        var tracker = SubjectTracker(whole, on: picture)
        for _ in 0..<3 { #expect(tracker.follow(picture).overlap(whole) > 0.9) }
        #expect(!tracker.isLost)
    }

    @Test(arguments: [(1, 7), (9, 1), (31, 17)])
    func smallAndOddSizesAreFollowed(width: Int, height: Int) {
        var values = [UInt8](repeating: 0, count: width * height)
        values[values.count / 2] = 255
        var pixels = [UInt8](repeating: 30, count: width * height * 3)
        pixels[values.count / 2 * 3] = 250
        let picture = Picture(width: width, height: height, pixels: pixels)
        let mask = Mask(width: width, height: height, values: values)
        var tracker = SubjectTracker(mask, on: picture)
        #expect(tracker.follow(picture).width == width)
        #expect(tracker.follow(picture).height == height)
    }
}
