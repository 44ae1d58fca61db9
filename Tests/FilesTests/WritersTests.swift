// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// Whether anybody writes to a file.
@Suite struct WritersTests {
    static func writers(of file: String, in folder: Folder) throws -> Writers {
        let path = Path(folder.at(file))
        return Writers(of: try OwnedDescriptor(path, .readWithoutLink), path)
    }

    @Test func nobodyWritesToAClosedFile() throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "a")
            #expect(try Self.writers(of: "a", in: folder) == .none)
            // Another reader is no writer, and the lease was returned.
            let reader = open(folder.at("a"), O_RDONLY)
            #expect(try Self.writers(of: "a", in: folder) == .none)
            close(reader)
        }
    }

    @Test(arguments: [O_WRONLY, O_RDWR, O_WRONLY | O_APPEND])
    func whoHasItOpenForWritingIsNoticed(flags: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "a")
            let writer = open(folder.at("a"), flags)
            #expect(try Self.writers(of: "a", in: folder) == .some)
            close(writer)
            #expect(try Self.writers(of: "a", in: folder) == .none)
        }
    }

    @Test func aMappingIsAWriterAfterItsFileWasClosed() throws {
        try withTemporaryFolder { folder in
            try folder.write("0123456789", "a")
            let writer = open(folder.at("a"), O_RDWR)
            let map = mmap(nil, 10, PROT_READ | PROT_WRITE, MAP_SHARED, writer, 0)
            close(writer)
            #expect(try Self.writers(of: "a", in: folder) == .some)
            munmap(map, 10)
            #expect(try Self.writers(of: "a", in: folder) == .none)
        }
    }

    /// The process that asks would be ended by the signal that comes with a broken lease.
    @Test func manyWhoOpenItMeanwhileDoNoHarm() throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "a")
            let path = folder.at("a")
            var thread = pthread_t()
            let text = strdup(path)
            pthread_create(
                &thread, nil,
                { text in
                    for _ in 0..<20_000 {
                        close(open(text!.assumingMemoryBound(to: CChar.self), O_WRONLY | O_CLOEXEC))
                    }
                    return nil
                }, text)
            for _ in 0..<20_000 { _ = try Self.writers(of: "a", in: folder) }
            pthread_join(thread, nil)
            free(text)
            // A program that another test starts has all our descriptors for a moment.
            let deadline = ContinuousClock.now + .seconds(10)
            while try Self.writers(of: "a", in: folder) != .none, ContinuousClock.now < deadline {
                usleep(1_000)
            }
            #expect(try Self.writers(of: "a", in: folder) == .none)
        }
    }

    @Test func aRefusedCallIsNoAnswer() throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "a")
            let path = Path(folder.at("a"))
            let file = try OwnedDescriptor(path, .readWithoutLink)
            try FaultPlan.$current.withValue(FaultPlan(failing: 1..<2, errno: EINVAL)) {
                #expect(Writers(of: file, path) == .unknown)
            }
        }
    }
}
