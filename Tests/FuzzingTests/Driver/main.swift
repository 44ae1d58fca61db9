// SPDX-License-Identifier: Apache-2.0

import CFuzzer
import Glibc

/// `fuzz TARGET …`: libFuzzer's program over one target; the further words are libFuzzer's own.
nonisolated(unsafe) var target = FuzzTarget.request

guard CommandLine.arguments.count > 1, let wanted = FuzzTarget(rawValue: CommandLine.arguments[1])
else {
    print("usage: fuzz TARGET [libFuzzer's options and folders]")
    print("targets: " + FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))
    exit(64)
}
target = wanted

var words = ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)).map { strdup($0) }
words.append(nil)
var count = Int32(words.count - 1)
let status = words.withUnsafeMutableBufferPointer { buffer in
    var start = buffer.baseAddress
    return LLVMFuzzerRunDriver(&count, &start) { bytes, count in
        target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    }
}
exit(status)
