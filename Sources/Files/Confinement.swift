// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// What a process takes from itself for good before it handles what strangers sent.
package enum Confinement {
    /// Bounds on what this process may use; each is lowered and never raised, by `setrlimit`.
    package struct Bounds: Equatable, Sendable {
        /// Bytes of private writable memory: what it allocates, not the files that it maps.
        package var memoryBytes: UInt64
        /// Seconds of processor time, over all threads; beyond comes `SIGXCPU`.
        package var processorSeconds: UInt64
        /// Bytes of the longest file that it writes; beyond comes `EFBIG`.
        package var fileBytes: UInt64
        /// Files that are open at the same time.
        package var openFiles: UInt64

        /// Bounds from their four values.
        package init(
            memoryBytes: UInt64, processorSeconds: UInt64, fileBytes: UInt64, openFiles: UInt64
        ) {
            self.memoryBytes = memoryBytes
            self.processorSeconds = processorSeconds
            self.fileBytes = fileBytes
            self.openFiles = openFiles
        }
    }

    /// Bytes of memory and swap of this machine; calls `sysinfo`.
    package static var machineMemory: UInt64 { clinux_memory() }

    /// Sets the bounds, and leaves no memory image behind after a crash.
    package static func bound(_ bounds: Bounds) throws(FileError) {
        // A write beyond the bound is then an error like any other.
        signal(SIGXFSZ, SIG_IGN)
        let limits: [(resource: Int, value: UInt64)] = [
            (CLINUX_LIMIT_DATA, bounds.memoryBytes), (CLINUX_LIMIT_CPU, bounds.processorSeconds),
            (CLINUX_LIMIT_FSIZE, bounds.fileBytes), (CLINUX_LIMIT_NOFILE, bounds.openFiles),
            (CLINUX_LIMIT_CORE, 0),
        ]
        for (resource, value) in limits {
            // A minute between the signal that can be explained and the one that cannot.
            let hard = resource == CLINUX_LIMIT_CPU ? value + 60 : value
            try retrying("limit", Path("this process")) {
                clinux_limit(Int32(resource), value, hard)
            }
        }
    }

    /// Gives up the network, other processes and other programs.
    ///
    /// Such calls fail with `EPERM` from now on, in every thread. Calls
    /// `prctl(PR_SET_NO_NEW_PRIVS)` and `seccomp`.
    ///
    /// Descriptors that are open stay usable.
    package static func seal() throws(FileError) {
        try retrying("seal", Path("this process")) { clinux_seal() }
    }
}
