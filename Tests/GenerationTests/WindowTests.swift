// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Generation

/// A clip to be cut into windows.
private struct Case: Sendable, CustomTestStringConvertible {
    let frames: Int
    let longest: Int
    var overlap = 5
    var isLoop = false

    var windows: [Window]? {
        Window.cover(
            frames: frames, longest: longest, overlap: overlap, step: 4, isLoop: isLoop)
    }

    var testDescription: String { "\(frames) of \(longest)\(isLoop ? ", loop" : "")" }

    static let straight = [
        Case(frames: 1, longest: 17), Case(frames: 17, longest: 17), Case(frames: 21, longest: 17),
        Case(frames: 33, longest: 17), Case(frames: 161, longest: 33),
        Case(frames: 161, longest: 81), Case(frames: 101, longest: 9, overlap: 1),
    ]
    static let loops = [
        Case(frames: 5, longest: 17, isLoop: true), Case(frames: 9, longest: 13, isLoop: true),
        Case(frames: 17, longest: 17, isLoop: true), Case(frames: 81, longest: 81, isLoop: true),
        Case(frames: 161, longest: 33, isLoop: true), Case(frames: 45, longest: 13, isLoop: true),
    ]
}

@Suite("Windows of a clip")
struct WindowTests {
    @Test(arguments: Case.straight + Case.loops)
    fileprivate func `add every frame once, in order`(clip: Case) throws {
        let windows = try #require(clip.windows)
        #expect(windows.flatMap { Array($0.added) } == Array(0..<clip.frames))
        for (index, window) in windows.enumerated() {
            #expect(window.count <= clip.longest && window.count % 4 == 1, "\(window)")
            #expect(!window.added.isEmpty && window.start >= 0, "\(window)")
            // What a window keeps has been made, and is whole latent frames.
            #expect(window.kept == 0 || window.kept % 4 == 1, "\(window)")
            #expect((index == 0) == (window.kept == 0), "\(window)")
        }
    }

    @Test(arguments: Case.straight)
    fileprivate func `a clip that fits is made in one piece`(clip: Case) throws {
        let windows = try #require(clip.windows)
        #expect((windows.count == 1) == (clip.frames <= clip.longest))
        #expect(windows.allSatisfy { $0.closing == 0 })
    }

    @Test(arguments: Case.loops)
    fileprivate func `only the last window of a loop returns to the beginning`(
        clip: Case
    ) throws {
        let windows = try #require(clip.windows)
        #expect(windows.count > 1)
        #expect(windows.map(\.closing) == Array(repeating: 0, count: windows.count - 1) + [4])
    }

    @Test(arguments: [
        Case(frames: 1, longest: 17, isLoop: true), Case(frames: 17, longest: 9, isLoop: true),
    ])
    fileprivate func `a loop that does not fit`(clip: Case) {
        #expect(clip.windows == nil)
    }
}
