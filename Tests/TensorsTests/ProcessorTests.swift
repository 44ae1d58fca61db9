// SPDX-License-Identifier: Apache-2.0

@testable import Tensors
import Testing

@Suite("Processors that a control group leaves")
struct ProcessorTests {
    private let groups = "1:cpu:/\n0::/system.slice/rushes.service\n"

    @Test(arguments: [
        ("200000 100000", 2), ("50000 100000", 1), ("250000 100000", 3), ("1000000 100000", 10),
    ])
    func `a quota is rounded up`(quota: String, processors: Int) {
        let found = ProcessorQuota.least(in: groups) {
            $0 == "/system.slice/rushes.service" ? quota + "\n" : nil
        }
        #expect(found == processors)
    }

    @Test func `the least of a group and its parents counts`() {
        let quotas = ["": "max 100000", "/system.slice": "300000 100000"]
        #expect(ProcessorQuota.least(in: groups) { quotas[$0] ?? "800000 100000" } == 3)
    }

    @Test(arguments: ["max 100000", "", "0 100000", "x y", "100000"])
    func `what limits nothing is nothing`(quota: String) {
        #expect(ProcessorQuota.least(in: groups) { _ in quota } == nil)
    }

    @Test func `without version 2 there is no quota`() {
        #expect(ProcessorQuota.least(in: "1:cpu:/a\n") { _ in "100000 100000" } == nil)
    }

    @Test func `this process has at least one`() { #expect(processorCount >= 1) }
}
