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

    /// Expects that nobody writes to a file any more, or that this is so in a moment: a program that
    /// another test starts has all our descriptors until it is itself.
    static func expectNone(_ file: String, in folder: Folder) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try writers(of: file, in: folder) != .none, ContinuousClock.now < deadline {
            usleep(1_000)
        }
        #expect(try writers(of: file, in: folder) == .none)
    }

    @Test func nobodyWritesToAClosedFile() throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "a")
            try Self.expectNone("a", in: folder)
            // Another reader is no writer, and the lease was returned.
            let reader = open(folder.at("a"), O_RDONLY | O_CLOEXEC)
            try Self.expectNone("a", in: folder)
            close(reader)
        }
    }

    @Test(arguments: [O_WRONLY, O_RDWR, O_WRONLY | O_APPEND])
    func whoHasItOpenForWritingIsNoticed(flags: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "a")
            let writer = open(folder.at("a"), flags | O_CLOEXEC)
            #expect(try Self.writers(of: "a", in: folder) == .some)
            close(writer)
            try Self.expectNone("a", in: folder)
        }
    }

    @Test func aMappingIsAWriterAfterItsFileWasClosed() throws {
        try withTemporaryFolder { folder in
            try folder.write("0123456789", "a")
            let writer = open(folder.at("a"), O_RDWR | O_CLOEXEC)
            let map = mmap(nil, 10, PROT_READ | PROT_WRITE, MAP_SHARED, writer, 0)
            close(writer)
            #expect(try Self.writers(of: "a", in: folder) == .some)
            munmap(map, 10)
            try Self.expectNone("a", in: folder)
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
            try Self.expectNone("a", in: folder)
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
