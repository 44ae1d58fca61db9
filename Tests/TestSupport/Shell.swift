// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a command of the shell prints on its standard output.
///
/// - Throws: `CommandFailed` where its status is not 0.
package func shell(_ command: String) throws -> String {
    guard let pipe = popen(command, "r") else { throw CommandFailed(command: command, status: -1) }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 {
        output += chunk.prefix(count)
    }
    let status = pclose(pipe)
    guard status == 0 else { throw CommandFailed(command: command, status: status >> 8) }
    return String(decoding: output, as: UTF8.self)
}

/// A command that a test needs ended with another status than 0.
package struct CommandFailed: Error {
    let command: String
    let status: Int32
}
