// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Testing

@Suite("A full disk", .serialized)
struct FullDiskTests {
    /// Whether this machine lets anybody mount a small file system of their own.
    static let canMount: Bool = {
        let end = try? Program(
            running: "/usr/bin/unshare", ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
        ).end()
        return end?.status == 0
    }()

    /// Runs a script in a root folder on a disk of its own of 24 MB.
    ///
    /// `serve` serves once; `fill KIB` leaves so much room and `free` all; `ls` shows names, but that of
    /// the gallery.
    private func onSmallDisk(
        _ root: Root, _ script: String
    ) throws -> (status: Int32, output: String, complaints: String) {
        let start = """
            mount -t tmpfs -o size=24m none "$1" && mkdir "$1/inbox" && cd "$1" || exit 99
            serve() { "$program" serve --root . --models "$models" --once; echo "status $?"; }
            fill() {
                rm -f ballast; room=$(df --output=avail -k . | tail -1)
                head -c $((room - $1))K /dev/zero >ballast
            }
            free() { rm ballast; }
            ls() { command ls -I index.html "$@"; }
            program=$0; models=$2

            """
        return try Program(
            running: "/usr/bin/unshare",
            ["unshare", "-rm", "sh", "-c", start + script, Program.path, root.path, Root.models]
        ).end()
    }

    @Test(.enabled(if: canMount, "needs unprivileged mounts"))
    func `while a file is copied leaves the request, which is served when there is room`()
        throws
    {
        try withRoot { root in
            let end = try onSmallDisk(
                root,
                """
                head -c 16M /dev/zero >inbox/clip.mp4
                echo '{"mode": "stylization", "prompt": "x", "video": "clip.mp4"}' >inbox/x.json
                serve
                ls inbox/x.json outbox spool/jobs
                truncate -s 1K inbox/clip.mp4
                serve
                ls outbox
                """)
            #expect(end.output.contains("status 75\ninbox/x.json\n"), "\(end)")
            #expect(end.output.hasSuffix("status 0\nx.failed\n"), "\(end)")
            #expect(end.complaints.contains("No space left on device"), "\(end)")
        }
    }

    @Test(.enabled(if: canMount, "needs unprivileged mounts"))
    func `is told to people who see the outbox alone`() throws {
        try withRoot { root in
            let end = try onSmallDisk(
                root,
                """
                serve
                echo '{"mode": "text"}' >inbox/x.json
                fill 20
                serve
                ls outbox
                cat outbox/*.txt
                free
                serve
                ls outbox
                """)
            #expect(
                end.output.hasPrefix("status 0\nstatus 75\nHELD UP.waiting.txt\n"), "\(end)")
            #expect(end.output.contains("the disk is full\n"), "\(end)")
            #expect(end.output.hasSuffix("status 0\nx.failed\n"), "\(end)")
        }
    }

    /// No room at all; for the job folder but not for its notes; for those, but not for the results.
    @Test(
        .enabled(if: canMount, "needs unprivileged mounts"),
        arguments: [0, 4, 8, 12, 16, 20, 24, 32, 48, 64, 96])
    func `at any moment defers the job and shows nothing in part`(room: Int) throws {
        try withRoot { root in
            // Thirty-three files of one page each.
            let request = String(smallRequest(frames: 33).dropLast()) + #", "format": "png"}"#
            let end = try onSmallDisk(
                root,
                """
                "$program" serve --root . --models "$models" --once
                echo '\(request)' >inbox/film.json
                fill \(room)
                serve
                find outbox -mindepth 1 -not -name '*.waiting.txt' -not -name index.html
                free
                serve
                ls outbox spool/jobs outbox/film
                ls outbox/film/film | wc -l
                """)
            #expect(end.output.hasPrefix("status 75\nstatus 0\n"), "\(room): \(end)")
            #expect(
                end.output.hasSuffix(
                    "outbox:\nfilm\n\noutbox/film:\ncontact-sheet.jpg\nfilm\nposter.jpg\n"
                        + "preview.webp\nrequest.json\nresult.json\n"
                        + "\nspool/jobs:\n33\n"), "\(room): \(end)")
            // Seen before anything was begun, or met in the middle of it.
            let reasons = ["the disk is full", "No space left on device"]
            #expect(reasons.contains { end.complaints.contains($0) }, "\(room): \(end)")
        }
    }

    /// No inode is free, so that not even a folder can be made; the service is started all the same.
    @Test(.enabled(if: canMount, "needs unprivileged mounts"))
    func `at a start is waited out`() throws {
        try withRoot { root in
            let end = try onSmallDisk(
                root,
                """
                mkdir tiny && mount -t tmpfs -o nr_inodes=100 none tiny && cd tiny || exit 99
                serve
                echo '\(smallRequest())' >inbox/film.json
                number=0
                while touch "junk$number" 2>&-; do number=$((number + 1)); done
                serve
                rm junk*
                serve
                ls outbox
                """)
            #expect(end.output == "status 0\nstatus 75\nstatus 0\nfilm\n", "\(end)")
            #expect(end.complaints.contains("No space left on device"), "\(end)")
        }
    }
}

@Suite("A worker that cannot work now", .serialized)
struct DeferralTests {
    /// Serves once in this process with a worker of our own.
    private func serve(_ root: Root, worker script: String) -> Int32 {
        Daemon.serve(
            Configuration(
                root: root.path, once: true, worker: "/bin/sh",
                workerWords: ["sh", "-c", script + "\n", "sh"])
        ).rawValue
    }

    @Test func `keeps the job with its reason, which does not count as an attempt`() throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            for _ in 0..<4 {
                let status = serve(root, worker: "echo 'deferred the moon is full' >&3; exit 75")
                #expect(status == 75)
                #expect(root.names(in: "outbox").filter { !$0.hasSuffix(".txt") } == [])
                let job = try #require(root.names(in: "spool/jobs").first)
                #expect(try root.text("spool/jobs/\(job)/attempts").hasPrefix("0 0"))
            }
        }
    }

    @Test(arguments: ["absent", "empty"])
    func `waits for a folder of models that is not there yet`(kind: String) throws {
        try withRoot { root in
            try root.drop("film.json", smallRequest())
            let models = "\(root.path)/models"
            if kind == "empty" {
                try FileManager.default.createDirectory(
                    atPath: models, withIntermediateDirectories: true)
            }
            let words = ["serve", "--bare", "--root", root.path, "--models", models, "--once"]
            let end = try Program(words).end()
            #expect(end.status == 75, "\(end.complaints)")
            #expect(end.complaints.contains("No model is installed in"), "\(end.complaints)")
            #expect(root.names(in: "outbox").filter { !$0.hasSuffix(".txt") } == [])
            if kind == "empty" { rmdir(models) }
            symlink(Root.models, models)
            #expect(try Program(words).end().status == 0)
            #expect(root.names(in: "outbox") == ["film"])
        }
    }

    @Test func `waits for the one of several folders of models that is away`() throws {
        try withRoot { root in
            let request = smallRequest().replacing("narrow", with: "elsewhere")
            try root.drop("film.json", request)
            let words = ["serve", "--bare", "--root", root.path, "--models", Root.models, "--once"]
            let away = "\(root.path)/away"
            let end = try Program(words + ["--models", away]).end()
            #expect(end.status == 75, "\(end.complaints)")
            #expect(end.complaints.contains("there is no model at all in"), "\(end.complaints)")
            // Where every folder is there, the name is wrong.
            #expect(try Program(words).end().status == 0)
            #expect(root.names(in: "outbox") == ["film.failed"])
        }
    }
}
