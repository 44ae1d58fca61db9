// SPDX-License-Identifier: Apache-2.0

/// How the program ends, in the numbers of sysexits.h.
package enum ExitStatus: Int32, Error, Sendable {
    case success = 0
    case usage = 64
    case badRequest = 65
    case inputMissing = 66
    case internalError = 70
    case cannotCreate = 73
    case tryAgain = 75
    case configuration = 78
}
