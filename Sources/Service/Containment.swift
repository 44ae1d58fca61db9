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

    /// What this kernel cannot keep from a process in the cell, as a sentence; nil when nothing.
    package static var gap: String? {
        Landlock.version > 0
            ? nil
            : "this kernel has no Landlock (Linux 5.13 and later have it): a worker that is taken over "
                + "could read every file that the service may read"
    }
    /// Variables for a process that is to enter: its libraries start no threads, which would be
    /// left outside.
    package static let environment = ["OPENBLAS_NUM_THREADS=1"]

    /// What the libraries read, apart from what they read as they are loaded.
    ///
    /// Dispatch looks once a second how its threads are, in `/proc/THREAD/stat`, and crashes when it
    /// cannot. Of other processes there is nothing in `/proc` but what everybody may see: the rest
    /// is for those who may trace them.
    private static let systemFiles = [
        "/dev/null", "/dev/urandom", "/etc/localtime", "/etc/ssl/openssl.cnf", "/lib", "/lib64",
        "/proc", "/sys/devices/system/cpu", "/usr/lib", "/usr/lib64",
        "/usr/share/zoneinfo",
    ]

    /// Enters the cell, with all threads; see ``Files/Confinement`` and ``Files/Landlock``.
    ///
    /// What lies in `reading`, and the system's libraries, can be read, what lies in `filling`
    /// written besides, and nothing else. Memory is bounded by what the machine has.
    package static func enter(reading: [String], filling: [String]) throws(ServiceError) {
        let processors = UInt64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        try serving { () throws(FileError) in
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: max(1 << 30, Confinement.machineMemory),
                    processorSeconds: processors * processorDays * 86_400,
                    fileBytes: fileBytes, openFiles: openFiles))
            try Landlock.enter(
                reading: reading.map { Path($0) }, system: systemFiles.map { Path($0) },
                filling: filling.map { Path($0) })
            try Confinement.seal()
        }
    }
}

/// The signal that ends a process beyond its processor time.
package var processorTimeSignal: Int32 { SIGXCPU }

/// The signal that no process can refuse.
package var killSignal: Int32 { SIGKILL }
