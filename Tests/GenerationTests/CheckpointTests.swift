// SPDX-License-Identifier: Apache-2.0

import Files
import Generation
import Glibc
import Media
import Requests
import TestSupport
import Testing

/// What may have happened to a file while nobody worked.
enum Damage: String, CaseIterable, Sendable {
    case gone, empty, half, allButOne, oneMore, firstBit, bitOfTheHeader, bitInTheMiddle, lastBit
    case another, folder, link

    func happen(to name: String, in folder: Folder) throws {
        var bytes = try WholeFile.read(Path(folder.at(name)), limit: 1 << 24)
        let other = name == "0-0" ? "0-1" : "0-0"
        switch self {
        case .gone, .folder, .link: break
        case .empty: bytes = []
        case .half: bytes.removeLast(bytes.count / 2)
        case .allButOne: bytes.removeLast()
        case .oneMore: bytes.append(0)
        case .firstBit: bytes[0] ^= 1
        case .bitOfTheHeader: bytes[80] ^= 1
        case .bitInTheMiddle: bytes[bytes.count / 2] ^= 0x10
        case .lastBit: bytes[bytes.count - 1] ^= 0x80
        case .another: bytes = try WholeFile.read(Path(folder.at(other)), limit: 1 << 24)
        }
        switch self {
        case .gone: try Directory.remove(Path(folder.at(name)))
        case .folder:
            try Directory.remove(Path(folder.at(name)))
            try folder.make(name)
        case .link:
            try folder.move(name, to: "elsewhere")
            try folder.link(name, to: folder.at("elsewhere"))
        default: try Samples.write(bytes, to: folder.at(name))
        }
    }
}

@Suite("A checkpoint that is not what it was")
struct DamagedCheckpointTests {
    @Test(arguments: ["job", "texts", "0-0", "0-1"])
    func `costs work and no byte`(name: String) throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            // Guided, so that the negative text is saved, too.
            let text = Interruptible.windows.text
                .replacing(#""guidance": 1"#, with: #""guidance": 3"#)
                .replacing(#""steps": 2"#, with: #""steps": 3"#)
            let truth = try studio.truth(text)
            for damage in Damage.allCases {
                try studio.forget()
                try studio.interrupt(text, after: 5)
                let saved = Folder(studio.checkpoint)
                #expect(saved.tree == ["0-0", "0-1", "job", "texts"])
                try damage.happen(to: name, in: saved)
                let job = try studio.job(text)
                let reports = try studio.reports(of: job)
                #expect(job.record.files == truth, "\(damage)")
                let denoised = reports.filter { $0.stage == .denoise }.map(\.completed)
                switch name {
                case "0-0": #expect(denoised.prefix(4) == [1, 2, 3, 3], "\(damage)")
                case "0-1": #expect(denoised.prefix(4) == [3, 1, 2, 3], "\(damage)")
                default: #expect(denoised.prefix(3) == [3, 3, 1], "\(damage)")
                }
            }
        }
    }

    @Test(arguments: [
        ("prompt", #""a boat""#, #""a boar""#), ("steps", #""steps": 4"#, #""steps": 5"#),
        ("seed", #""seed": 5"#, #""seed": 6"#), ("spaces", "{", "{ "),
    ])
    func `of another request is not taken`(what: String, old: String, new: String) throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.words.text
            let other = text.replacing(old, with: new)
            #expect(other != text)
            try studio.interrupt(text, after: 3)
            let job = try studio.job(other)
            let reports = try studio.reports(of: job)
            #expect(reports.first { $0.stage == .denoise }?.completed == 1)
            #expect(try job.record.files == studio.truth(other))
        }
    }

    @Test func `of other pictures is not taken`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.firstFrame.text
            try studio.interrupt(text, after: 2)
            try studio.folder.move("b.png", to: "a.png")
            let job = try studio.job(text)
            let reports = try studio.reports(of: job)
            #expect(reports.first { $0.stage == .denoise }?.completed == 1)
            #expect(try job.record.files == studio.truth(text))
        }
    }

    @Test(arguments: ["weights", "defaults", "tokenizer"])
    func `of another model is not taken`(part: String) throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.words.text
            try studio.interrupt(text, after: 3)
            let model = Folder(studio.folder.at("models/short"))
            let golden = Folder(Golden.model("vace-narrow"))
            switch part {
            case "weights":
                // The last weight of the autoencoder is another, as after a repair of the model.
                try Directory.remove(Path(model.at("vae")))
                var bytes = try WholeFile.read(
                    Path(golden.at("vae/diffusion_pytorch_model.safetensors")), limit: 1 << 24)
                bytes[bytes.count - 4] ^= 1
                try model.make("vae")
                try model.link("vae/config.json", to: golden.at("vae/config.json"))
                try Samples.write(bytes, to: model.at("vae/diffusion_pytorch_model.safetensors"))
            case "defaults":
                try model.write(
                    (model.text("rushes.json") ?? "").replacing(
                        "{", with: #"{"max_sequence_length": 64, "#),
                    "rushes.json")
            default:
                try Directory.remove(Path(model.at("tokenizer")))
                try model.make("tokenizer")
                try model.link("tokenizer/spiece.model", to: golden.at("tokenizer/spiece.model"))
                try model.write("{}", "tokenizer/tokenizer_config.json")
            }
            let job = try studio.job(text)
            let reports = try studio.reports(of: job)
            #expect(reports.first { $0.stage == .denoise }?.completed == 1)
            #expect(try job.record.files == studio.truth(text))
        }
    }
}

@Suite("A checkpoint that cannot be saved")
struct UnsavedCheckpointTests {
    @Test func `is a complaint and no end of the job`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.words.text
            try studio.folder.write("a file", "checkpoint")
            let job = try studio.job(text)
            _ = try job.next()
            #expect(job.savingTrouble?.contains("cannot") == true)
            _ = try studio.reports(of: job)
            #expect(try job.record.files == studio.truth(text))
            // As soon as there is room again, progress is saved.
            let other = try studio.job(text)
            _ = try studio.reports(of: other, atMost: 6)
            try studio.forget()
            #expect(try other.next()?.stage == .denoise)
            #expect(other.savingTrouble == nil)
            #expect(Folder(studio.checkpoint).tree.contains("0-0"))
            #expect(Folder(studio.checkpoint).tree.contains("job"))
        }
    }

    @Test func `whichever call on a file fails, the bytes are right or there are none`() throws {
        try withTemporaryDirectory { directory in
            let studio = try Studio(in: directory)
            let text = Interruptible.words.text.replacing("\"steps\": 4", with: "\"steps\": 2")
            let truth = try studio.truth(text)
            var finished = 0
            for number in 1..<10_000 {
                let plan = FaultPlan(failing: number..<number + 3, errno: ENOSPC)
                try studio.forget()
                try FaultPlan.$current.withValue(plan) {
                    do {
                        let job = try studio.job(text)
                        _ = try studio.reports(of: job)
                        #expect(job.record.files == truth, "\(number)")
                        finished += 1
                    } catch is FileError {
                        // A call of this test's own.
                    } catch let error as GenerationError {
                        // The model, not the checkpoint, was what could not be read.
                        guard case .model = error else { return #expect(Bool(false), "\(error)") }
                    }
                }
                guard plan.first != nil else { break }
                let job = try studio.job(text)
                _ = try studio.reports(of: job)
                #expect(job.record.files == truth, "\(number), second run")
            }
            #expect(finished > 10)
        }
    }
}
