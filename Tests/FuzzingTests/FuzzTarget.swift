// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Requests
import Weights

@testable import Spool

/// Code that reads what strangers wrote, and what must hold whatever that is.
///
/// A target traps when something does not hold. `make fuzz` drives them with libFuzzer; the tests
/// replay the corpus.
enum FuzzTarget: String, CaseIterable, Sendable {
    /// A request, from its bytes to the text that explains what is wrong with it.
    case request
    /// Names in the inbox, and the names that their results get.
    case names
    /// The notes that the queue keeps for itself in a job folder.
    case notes
    /// The lines of the ledger.
    case ledger
    /// The header of a file with weights.
    case safetensors
    /// The header of a file with weights, and its lists, in ggml's format.
    case gguf

    /// Reads the bytes.
    func run(_ bytes: [UInt8]) {
        switch self {
        case .request: Self.request(bytes)
        case .names: Self.names(bytes)
        case .notes: Self.notes(bytes)
        case .ledger: Self.ledger(bytes)
        case .safetensors, .gguf: Self.weights(bytes)
        }
    }

    private static func request(_ bytes: [UInt8]) {
        let isComplete = Request.isComplete(bytes)
        let named = Request.files(namedIn: bytes)
        do throws(RequestError) {
            let request = try Request(parsing: bytes)
            precondition(isComplete, "a request that is understood is complete")
            let names = Set(named.map(\.path))
            precondition(request.media.allSatisfy(names.contains), "every file is found")
        } catch {
            precondition(!error.problems.isEmpty, "a refusal has a reason")
            for isInOutbox in [true, false] {
                let report = error.report(fileName: "x.json", isInOutbox: isInOutbox)
                precondition(report.utf8.count < 1 << 17, "a report is read by a person")
                let isPlain = report.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" }
                precondition(isPlain, "a report obeys no terminal")
            }
        }
        for file in named {
            precondition(
                !file.path.text.hasPrefix("/") && !file.path.text.utf8.contains(0),
                "a file lies beside its request")
        }
    }

    private static func names(_ bytes: [UInt8]) {
        let path = Path(bytes: bytes.filter { $0 != 0 })
        _ = InboxName.isRequest(path)
        let name = path.name
        if InboxName.isRequest(name) {
            precondition(!InboxName.isSearched(name), "a request is no folder")
        }
        let folder = OutboxName.folder(of: path)
        precondition(
            folder.components.count
                <= min(max(0, path.components.count - 1), OutboxName.folderLimit.parts))
        precondition(folder.bytes.count <= OutboxName.folderLimit.bytes, "a path has a length")
        for made in [OutboxName.safe(name), OutboxName.result(of: path)]
            + folder.components.map({ String(decoding: $0, as: UTF8.self) })
        {
            precondition((1...OutboxName.limit).contains(made.utf8.count), "a name has a length")
            precondition(OutboxName.safe(Array(made.utf8)) == made, "a safe name stays as it is")
            let isPlain = made.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && !"/\\:*?\"<>|\u{7F}\u{202E}".unicodeScalars.contains($0)
            }
            precondition(isPlain, "a safe name has no bad character")
            let ends = made.unicodeScalars
            precondition(!["-", ".", "~", " "].contains(ends.first), "a safe name shows")
            precondition(![".", " "].contains(ends.last), "Windows keeps a safe name")
            precondition(!made.lowercased().hasSuffix(".waiting.txt"), "no text has this name")
        }
    }

    private static func notes(_ bytes: [UInt8]) {
        let path = Path(bytes: bytes.filter { $0 != 0 })
        let word = EscapedWord.encoded(path)
        precondition(word.allSatisfy { (0x21...0x7E).contains($0) }, "a word is one word")
        precondition(EscapedWord.decoded(word[...]) == (path.bytes.isEmpty ? nil : path))
        if let decoded = EscapedWord.decoded(bytes[...]) {
            precondition(EscapedWord.decoded(EscapedWord.encoded(decoded)[...]) == decoded)
        }
        let list = MediaList(bytes)
        precondition(MediaList(list.text) == list, "a list is read as it was written")
        if let origin = Origin(bytes) {
            precondition(Origin(origin.text) == origin, "a claim is read as it was written")
        }
    }

    private static func ledger(_ bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            guard let (entry, identity) = Ledger.parse(line) else { continue }
            let again = Ledger.parse(Ledger.line(entry, identity).dropLast()[...])
            precondition(again?.0 == entry && again?.1 == identity, "a line is read as written")
        }
        // The checksum keeps the fuzzer from the rest: the same with lines that have the right one.
        let path = Path(bytes: bytes.filter { $0 != 0 })
        guard !path.bytes.isEmpty else { return }
        let identity = Identity(path, bytes, media: [], digests: [])
        for result in [nil, path] {
            let entry = Ledger.Entry(
                state: bytes.count % 2 == 0 ? .done : .failed, job: "01k84tg904-4lkn9l", path: path,
                result: result, time: Int64(bytes.count))
            let line = Ledger.line(entry, identity)
            precondition(line.last == 0x0A && !line.dropLast().contains(0x0A), "a line is one line")
            let again = Ledger.parse(line.dropLast()[...])
            precondition(again?.0 == entry && again?.1 == identity, "a line is read as written")
        }
    }

    private static func weights(_ bytes: [UInt8]) {
        let file = "/dev/shm/rushes-fuzz-\(getpid())-\(pthread_self()).safetensors"
        defer { unlink(file) }
        guard let stream = fopen(file, "wb") else { fatalError("no file in /dev/shm") }
        let written = fwrite(bytes, 1, bytes.count, stream)
        precondition(fclose(stream) == 0 && written == bytes.count)
        do throws(WeightsError) {
            var store = try WeightStore(file: file)
            for key in ["t", "n"] { _ = (store.texts(key), store.numbers(key)) }
            for name in store.names {
                guard let weight = store.takeIfPresent(name) else { continue }
                precondition(weight.shape == store.shape(of: name), "a weight is what it says")
            }
            try store.applyScales()
            try store.rename { $0.hasSuffix("a") ? nil : String($0.dropLast()) }
        } catch {
            precondition(!"\(error)".isEmpty)
        }
    }
}
