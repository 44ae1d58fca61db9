// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// The cell in which strangers' files are decoded: a process that enters it never leaves.
///
/// Codecs are the largest and oldest piece of code here, and what they read comes from anybody. A
/// decoder that is taken over finds no network, no other process to meddle with, no program to
/// start, and limits on what it can use up. The bounds are generous: a night's work on a large
/// model fits many times over.
package enum Containment {
    /// Days of processor time for each processor.
    package static let processorDays: UInt64 = 7
    /// Bytes of the longest file: 64 GiB.
    package static let fileBytes: UInt64 = 64 << 30
    /// Files open at the same time.
    package static let openFiles: UInt64 = 512

    /// Enters the cell, with all threads; see ``Files/Confinement``.
    ///
    /// Memory is bounded by what the machine has.
    package static func enter() throws(ServiceError) {
        let processors = UInt64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        try serving { () throws(FileError) in
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: max(1 << 30, Confinement.machineMemory),
                    processorSeconds: processors * processorDays * 86_400,
                    fileBytes: fileBytes, openFiles: openFiles))
            try Confinement.seal()
        }
    }
}

/// The signal that ends a process beyond its processor time.
package var processorTimeSignal: Int32 { SIGXCPU }
