// SPDX-License-Identifier: Apache-2.0

import COpenBLAS
import Glibc

/// The number of processors that this process may use, read once: its affinity, or what its control
/// group's quota is worth where that is less.
///
/// Calls `openblas_get_num_procs`, which honours the affinity mask (`sched_getaffinity(2)`). A process
/// that locks itself in has to read it before, because the quota stands in files.
package let processorCount: Int = {
    let affinity = max(1, Int(openblas_get_num_procs()))
    return min(affinity, ProcessorQuota.ofThisProcess ?? affinity)
}()

/// What control groups say about a process's share of the processors.
///
/// cgroup v2, `cpu.max`: "QUOTA PERIOD" in microseconds, or "max" (Linux,
/// Documentation/admin-guide/cgroup-v2.rst). The least of the group's and its parents' counts.
enum ProcessorQuota {
    static var ofThisProcess: Int? {
        guard let groups = read("/proc/self/cgroup") else { return nil }
        return least(in: groups) { read("/sys/fs/cgroup\($0)/cpu.max") }
    }

    /// Whole processors, at least 1, or nil where nothing limits them.
    ///
    /// * `groups`: What `/proc/self/cgroup` holds; the line of v2 begins with `0::`.
    /// * `quota`: The content of `cpu.max` of a group, by its path without a slash at its end.
    static func least(in groups: String, quota: (String) -> String?) -> Int? {
        guard let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
        else { return nil }
        var path = ""
        var least = quota(path).flatMap(processors)
        for name in line.dropFirst(3).split(separator: "/") {
            path += "/\(name)"
            guard let count = quota(path).flatMap(processors) else { continue }
            least = min(least ?? count, count)
        }
        return least
    }

    /// What a quota is worth, rounded up: half a processor is still one thread.
    private static func processors(_ quota: String) -> Int? {
        let words = quota.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let share = Double(words[0]), let period = Double(words[1]),
            share > 0, period > 0
        else { return nil }
        return max(1, Int((share / period).rounded(.up)))
    }

    private static func read(_ path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe Glibc.read(file, $0.baseAddress, $0.count)
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
