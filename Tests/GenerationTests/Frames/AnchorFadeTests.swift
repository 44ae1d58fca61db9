// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

@Suite("Anchor fade")
struct AnchorFadeTests {
    /// What comes out for flat grey frames of `levels`, and the most that came out late.
    private func run(
        _ levels: [Int], panels: [Int: Int], reach: Int = 4
    ) -> (levels: [Int], lag: Int) {
        var fade = AnchorFade(
            panels: panels.mapValues { .flat(UInt8($0), 0, 0, 3, 2) }, reach: reach)
        var output: [Picture] = []
        var lag = 0
        for (index, level) in levels.enumerated() {
            output += fade.append(.flat(UInt8(level), 0, 0, 3, 2))
            lag = max(lag, index + 1 - output.count)
        }
        output += fade.finish()
        #expect(fade.finish().isEmpty)
        return (output.map { $0.sample(2, 1) }, lag)
    }

    @Test func `the difference is whole at the panel and gone four frames away`() {
        let (levels, lag) = run([Int](repeating: 100, count: 13), panels: [6: 140])
        #expect(levels == [100, 100, 100, 110, 120, 130, 140, 130, 120, 110, 100, 100, 100])
        #expect(lag <= 4)
    }

    @Test func `panels at the ends of the clip`() {
        let (levels, _) = run([Int](repeating: 100, count: 9), panels: [0: 60, 8: 180])
        #expect(levels == [60, 70, 80, 90, 100, 120, 140, 160, 180])
    }

    @Test(arguments: [
        // Two frames apart, side by side, five apart, three in a row.
        ([3: 140, 5: 60], [100, 110, 120, 140, 100, 60, 80, 90, 100, 100]),
        ([4: 140, 5: 60], [100, 100, 120, 130, 140, 60, 80, 90, 100, 100]),
        ([2: 140, 7: 60], [120, 130, 140, 130, 110, 90, 70, 60, 70, 80]),
        ([3: 140, 4: 100, 5: 140], [100, 110, 120, 140, 100, 140, 120, 110, 100, 100]),
    ])
    func `near panels share the frames between them`(panels: [Int: Int], wanted: [Int]) {
        let (levels, lag) = run([Int](repeating: 100, count: 10), panels: panels)
        for (frame, panel) in panels { #expect(levels[frame] == panel) }
        // The fade to the outer side goes over four frames.
        #expect(zip(levels, wanted).allSatisfy { abs($0 - $1) <= 10 }, "\(levels)")
        #expect(lag <= 4)
    }

    @Test(arguments: 0..<40)
    func `every panel bit for bit, wherever panels are, in any reach`(number: Int) {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let count = 1 + random(20)
        let reach = 1 + random(6)
        let frames = (0..<count).map { frame in
            Picture.drawn(5, 3) { x, y, c in (x * 77 + y * 131 + c * 19) * (frame + 3) + number }
        }
        var panels: [Int: Picture] = [:]
        for _ in 0..<random(6) {
            let shift = random(256)
            panels[random(count + 2)] = .drawn(5, 3) { x, y, c in (x * y + c) * 41 + shift }
        }
        var fade = AnchorFade(panels: panels, reach: reach)
        var output: [Picture] = []
        for (index, frame) in frames.enumerated() {
            output += fade.append(frame)
            #expect(index + 1 - output.count < reach)
        }
        output += fade.finish()
        #expect(output.count == count)
        for (index, picture) in output.enumerated() {
            if let panel = panels[index] {
                #expect(picture == panel)
            } else if !panels.keys.contains(where: { abs($0 - index) < reach && $0 < count }) {
                #expect(picture == frames[index])
            }
        }
    }

    @Test func `no panels, no frames`() {
        #expect(run([1, 2, 3], panels: [:]).levels == [1, 2, 3])
        #expect(run([1, 2, 3], panels: [:]).lag == 0)
        #expect(run([], panels: [3: 9]).levels == [])
        #expect(run([7], panels: [0: 200], reach: 1).levels == [200])
    }

    @Test func `sums beyond black and white are cut`() {
        #expect(run([10, 0, 0], panels: [0: 0], reach: 4).levels == [0, 0, 0])
        #expect(run([10, 255, 255], panels: [0: 90], reach: 4).levels == [90, 255, 255])
    }
}
