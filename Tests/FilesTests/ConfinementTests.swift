// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Testing

/// What a process can no longer do; each test is a process of its own, which never comes back.
@Suite struct ConfinementTests {
    /// Ends the process with success if `call` failed with `reason`.
    static func expectRefused(_ reason: Int32 = EPERM, _ call: () -> Int) -> Never {
        errno = 0
        let result = call()
        exit(result < 0 && errno == reason ? EXIT_SUCCESS : EXIT_FAILURE)
    }

    @Test func noInternet() async {
        await #expect(processExitsWith: .success) {
            try Confinement.seal()
            Self.expectRefused { Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)) }
        }
    }

    @Test func noLocalService() async {
        await #expect(processExitsWith: .success) {
            try Confinement.seal()
            Self.expectRefused { Int(socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)) }
        }
    }

    @Test func theNetworkIsThereWithoutTheSeal() async {
        await #expect(processExitsWith: .success) {
            exit(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0 ? 0 : 1)
        }
    }

    @Test func noOtherProgram() async {
        await #expect(processExitsWith: .success) {
            try Confinement.seal()
            Self.expectRefused {
                var words: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
                return Int(execv("/bin/true", &words))
            }
        }
    }

    @Test func noSignalToAnother() async {
        await #expect(processExitsWith: .success) {
            try Confinement.seal()
            Self.expectRefused { Int(kill(getppid(), 0)) }
        }
    }

    /// A crash still ends the process by its own signal, for the report.
    @Test func aCrashIsStillACrash() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: 1 << 40, processorSeconds: 1000, fileBytes: 1 << 30,
                    openFiles: 512))
            try Confinement.seal()
            abort()
        }
    }

    @Test func threadsThatRanBeforeAreSealedToo() async {
        await #expect(processExitsWith: .success) {
            let pipe = try Pipe()
            nonisolated(unsafe) var ends = (pipe.reading.number, pipe.writing.number)
            var thread = pthread_t()
            let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
                let ends = $0!.assumingMemoryBound(to: (Int32, Int32).self)
                var byte = UInt8(0)
                while read(ends.pointee.0, &byte, 1) < 1 {}
                exit(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) < 0 ? 0 : 1)
            }
            pthread_create(&thread, nil, body, &ends)
            try Confinement.seal()
            try pipe.writing.write([1], Path("pipe"))
            pthread_join(thread, nil)
        }
    }

    @Test func memoryIsBounded() async {
        await #expect(processExitsWith: .success) {
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: 256 << 20, processorSeconds: 1000, fileBytes: 1 << 30,
                    openFiles: 512))
            Self.expectRefused(ENOMEM) {
                let flags = MAP_PRIVATE | MAP_ANONYMOUS
                return mmap(nil, 1 << 30, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED
                    ? -1 : 0
            }
        }
    }

    @Test func filesAreBounded() async {
        await #expect(processExitsWith: .success) {
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: 1 << 40, processorSeconds: 1000, fileBytes: 4096, openFiles: 16))
            let file = try #require(tmpfile())
            let number = fileno(file)
            let bytes = [UInt8](repeating: 0, count: 4096)
            guard write(number, bytes, 4096) == 4096 else { exit(EXIT_FAILURE) }
            Self.expectRefused(EFBIG) { write(number, bytes, 1) }
        }
    }

    @Test func openFilesAreBounded() async {
        await #expect(processExitsWith: .success) {
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: 1 << 40, processorSeconds: 1000, fileBytes: 4096, openFiles: 16))
            for _ in 0..<16 { _ = dup(2) }
            Self.expectRefused(EMFILE) { Int(dup(2)) }
        }
    }

    @Test func processorTimeIsBounded() async {
        await #expect(processExitsWith: .signal(SIGXCPU)) {
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: 1 << 40, processorSeconds: 1, fileBytes: 4096, openFiles: 16))
            var value: UInt64 = 1
            while value != 0 { value = (value &* 6_364_136_223_846_793_005) | 1 }
            exit(Int32(truncatingIfNeeded: value))
        }
    }

    @Test func noMemoryImageIsLeft() async {
        await #expect(processExitsWith: .success) {
            try Confinement.bound(
                Confinement.Bounds(
                    memoryBytes: 1 << 40, processorSeconds: 1000, fileBytes: 4096, openFiles: 16))
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            exit(limit.rlim_cur == 0 && limit.rlim_max == 0 ? EXIT_SUCCESS : EXIT_FAILURE)
        }
    }

    @Test func theMachineHasMemory() {
        #expect(Confinement.machineMemory > 64 << 20)
    }
}
