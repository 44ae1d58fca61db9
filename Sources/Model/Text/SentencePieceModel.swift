// SPDX-License-Identifier: Apache-2.0

import CSentencePiece

/// The contents of a SentencePiece model file, read by libsentencepiece.
struct SentencePieceModel {
    struct Piece {
        let text: [UInt8]
        /// The logarithm of its probability.
        let score: Double
        /// Control and user-defined pieces are matched before the text is cut into pieces.
        let isSymbol: Bool
    }

    let pieces: [Piece]
    /// The compiled normalisation rules; empty where the model has none.
    let characterMap: [UInt8]

    /// Reads `path` with `sentencepiece::SentencePieceProcessor::Load`, which checks it.
    ///
    /// - Throws: `ModelError.tokenizer` with the library's own reason.
    init(path: String) throws(ModelError) {
        try unsafe self.init(
            Handle(path: path) { reason, capacity in
                unsafe csentencepiece_open(path, reason, capacity)
            }, path: path)
    }

    /// Reads the content of such a file, which is part of another one.
    ///
    /// * `path`: Of that, for messages.
    /// - Throws: `ModelError.tokenizer` with the library's own reason.
    init(bytes: [UInt8], path: String) throws(ModelError) {
        try unsafe self.init(
            Handle(path: path) { reason, capacity in
                unsafe bytes.withUnsafeBytes { bytes in
                    unsafe bytes.baseAddress.flatMap {
                        unsafe csentencepiece_parse($0, bytes.count, reason, capacity)
                    }
                }
            }, path: path)
    }

    private init(_ handle: borrowing Handle, path: String) throws(ModelError) {
        guard let serialized = WireMessage(handle.serialized),
            let normalizer = WireMessage(serialized.bytes(field: 3) ?? [])
        else { throw .tokenizer(path: path, reason: "its model message is damaged") }
        characterMap = normalizer.bytes(field: 2) ?? []
        // The library does not tell user-defined pieces from others: the message does.
        let kinds = serialized.all(field: 1).map { WireMessage($0)?.number(field: 3) ?? 1 }
        let count = handle.count
        guard kinds.count == count else {
            throw .tokenizer(
                path: path, reason: "it claims \(count) pieces and holds \(kinds.count)")
        }
        pieces = (0..<count).map { id in
            Piece(
                text: handle.text(of: id), score: Double(handle.score(of: id)),
                isSymbol: kinds[id] == 3 || kinds[id] == 4)
        }
    }
}

/// An open model of libsentencepiece, closed with the last use.
@safe private struct Handle: ~Copyable {
    private let model: OpaquePointer

    /// * `open`: Opens the model or writes the reason why it cannot, and how long that may be.
    init(
        path: String, open: (UnsafeMutablePointer<CChar>, Int) -> OpaquePointer?
    ) throws(ModelError) {
        var reason = [CChar](repeating: 0, count: 1024)
        let opened = unsafe reason.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe open($0, buffer.count) }
        }
        guard let opened = unsafe opened else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .tokenizer(
                path: path,
                reason: "it is damaged or no SentencePiece model; copy it again"
                    + " (libsentencepiece: \(String(decoding: text, as: UTF8.self)))")
        }
        unsafe model = opened
    }

    deinit { unsafe csentencepiece_close(model) }

    var count: Int { unsafe Int(csentencepiece_count(model)) }

    func text(of id: Int) -> [UInt8] { unsafe Handle.copy(csentencepiece_piece(model, Int32(id))) }

    func score(of id: Int) -> Float { unsafe csentencepiece_score(model, Int32(id)) }

    var serialized: [UInt8] { unsafe Handle.copy(csentencepiece_serialized(model)) }

    private static func copy(_ bytes: csentencepiece_bytes) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: bytes.start, count: bytes.count))
    }
}
