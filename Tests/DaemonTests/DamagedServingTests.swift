// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("Damaged files", .serialized)
struct DamagedServingTests {
    /// Pictures are to be moved, everything else is to be restyled to its end.
    private func request(_ name: String) -> String {
        let isPicture = [".png", ".jpg"].contains { name.hasSuffix($0) }
        let members =
            isPicture
            ? #""mode": "image-to-video", "image": "\#(name)", "frames": 5"#
            : #""mode": "stylization", "prompt": "x", "video": "\#(name)""#
        return "{\(members), \"model\": \"vace-narrow\", \"size\": \"32x32\", \"steps\": 1}"
    }

    /// All at once, so that one service has to live through all of them.
    @Test func `each is refused with its name and the reason, and the next request is served`()
        throws
    {
        try withRoot { root in
            let files = DamagedMedia.all.filter(\.isFile)
            #expect(files.count >= 20)
            try root.drop("good.json", smallRequest())
            for (index, file) in files.enumerated() {
                try root.drop("\(index)/film.json", request(file.name))
                try file.make(in: "\(root.path)/inbox/\(index)")
            }
            let end = try Program.serve(root, "--once", "--jobs", "2").end()
            #expect(end.status == 0, "\(end.complaints)")
            for (index, file) in files.enumerated() {
                #expect(root.names(in: "outbox/\(index)") == ["film.failed"], "\(file)")
                guard root.has("outbox/\(index)/film.failed/error.txt") else { continue }
                let explanation = try root.text("outbox/\(index)/film.failed/error.txt")
                #expect(explanation.contains(file.name), "\(file): \(explanation)")
                #expect(explanation.contains(file.words), "\(file): \(explanation)")
                #expect(!explanation.contains("spool/jobs"), "\(file): \(explanation)")
                // It comes back as it was.
                #expect(root.has("outbox/\(index)/film.failed/\(file.name)"), "\(file)")
            }
            #expect(root.has("outbox/good/good.mp4"))
            try root.drop("after.json", smallRequest())
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.has("outbox/after/after.mp4"))
        }
    }
}
