// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import Testing

@Suite("What UniPC remembers")
struct UniPCMemoryTests {
    /// A field that depends on place and time as a network's does.
    private func velocity(_ x: Tensor, _ step: Int) -> Tensor {
        Tensor(
            shape: x.shape, values: x.values.map { 0.3 * $0 * $0 - 0.1 * Float(step) + 0.7 })
    }

    @Test(arguments: [1, 2], [1, 2, 3, 7])
    func `is enough to go on with the same bits after any step`(order: Int, steps: Int) {
        let schedule = FlowSchedule(steps: steps, shift: 3)
        let noise = standardNormal(shape: [2, 3, 4], seed: 9)
        var (whole, sample) = (UniPC(schedule: schedule, order: order), noise)
        var states: [(UniPC.Memory, Tensor)] = []
        for step in 0..<steps {
            states.append((whole.memory, sample))
            sample = whole.advance(velocity: velocity(sample, step), sample: sample)
        }
        for (step, (memory, state)) in states.enumerated() {
            var (rest, other) = (UniPC(schedule: schedule, order: order, memory: memory), state)
            for step in step..<steps {
                other = rest.advance(velocity: velocity(other, step), sample: other)
            }
            #expect(rest.isFinished)
            #expect(other.values.map(\.bitPattern) == sample.values.map(\.bitPattern))
        }
    }

    @Test func `of no sampler is refused`() {
        let (a, b) = (Tensor(zeros: [2, 3]), Tensor(zeros: [3, 2]))
        func isTaken(_ step: Int, _ signals: [Tensor], _ order: Int) -> Bool {
            UniPC.Memory(step: step, signals: signals, lastSample: a, lastOrder: order) != nil
        }
        #expect(isTaken(1, [a], 1) && isTaken(2, [a, a], 2) && isTaken(9, [a, a], 1))
        #expect(!isTaken(0, [], 1) && !isTaken(-1, [], 1))
        #expect(!isTaken(1, [a, a], 1) && !isTaken(2, [a], 1) && !isTaken(3, [a, a, a], 2))
        #expect(!isTaken(1, [a], 2) && !isTaken(2, [a, a], 0) && !isTaken(2, [a, a], 3))
        #expect(!isTaken(1, [b], 1) && !isTaken(2, [a, b], 2))
    }
}
