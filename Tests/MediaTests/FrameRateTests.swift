// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@Suite struct FrameRateTests {
    static let decimals: [(Double, Int, Int)] = [
        (8, 8, 1), (16, 16, 1), (24, 24, 1), (1, 1, 1), (1000, 1000, 1),
        (23.976, 24000, 1001), (23.98, 24000, 1001), (24000.0 / 1001, 24000, 1001),
        (29.97, 30000, 1001), (59.94, 60000, 1001), (47.952, 48000, 1001), (119.88, 120000, 1001),
        (12.5, 25, 2), (0.1, 1, 10), (0.5, 1, 2), (23.9, 239, 10), (30.001, 30001, 1000),
        (1.0 / 3, 1, 3),
    ]

    @Test(arguments: decimals)
    func `a decimal becomes the exact fraction`(value: Double, above: Int, below: Int) throws {
        let rate = try FrameRate(value)
        #expect(rate.numerator == above)
        #expect(rate.denominator == below)
    }

    @Test(arguments: [0, -16, 0.05, 1000.5, .infinity, -.infinity, .nan])
    func `a rate beyond the limits is refused`(value: Double) {
        #expect(
            throws: MediaError.outOfRange(
                field: "fps", wanted: "0.1 to 1000.0", got: "\(value)")
        ) { try FrameRate(value) }
    }

    @Test func `a fraction is reduced`() throws {
        let rate = try FrameRate(numerator: 48, denominator: 4)
        #expect(rate.description == "12")
        #expect(try rate == FrameRate(12))
        #expect(try FrameRate(23.976).description == "24000/1001")
    }

    @Test(arguments: [(0, 1), (1, 0), (-24, 1), (24, -1), (Int.min, -1), (2_000_001, 2_000_003)])
    func `a fraction that no clock counts is refused`(above: Int, below: Int) {
        #expect(throws: MediaError.self) { try FrameRate(numerator: above, denominator: below) }
    }
}
