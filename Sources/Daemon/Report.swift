// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests

/// What a worker tells its supervisor: one line of words.
enum Report: Equatable {
    /// The request was understood and has this mode.
    case mode(ModeName)
    /// The job has come this far.
    case progress(Progress)
    /// The video is made, and not all that was asked for could be: a sentence.
    case warning(String)
    /// There will be no video; the word for scripts that says why.
    case failure(code: String)
    /// The job cannot be done now, and the request is not to blame: the reason, a sentence.
    case deferred(reason: String)

    /// Bytes of the longest reason that is sent.
    static let reasonLimit = 1000
    /// Seconds that are told at most, ten years.
    private static let longest = 315_360_000.0

    /// The line; fractions in millionths, so that no number depends on anything.
    var line: String {
        switch self {
        case .mode(let mode):
            "mode \(mode.rawValue)"
        case .progress(let progress):
            "progress \(progress.stage.rawValue) \(progress.completed) \(progress.total) "
                + "\(Int(progress.fraction * 1_000_000))"
                + (progress.secondsLeft.map { " \(Int(min(max($0, 0), Self.longest)))" } ?? "")
        case .failure(let code):
            "failure \(code)"
        case .warning(let text):
            "warning " + Self.oneLine(text)
        case .deferred(let reason):
            "deferred " + Self.oneLine(reason)
        }
    }

    /// Reads a line; nil when it is none of these, which a worker that went wrong may write.
    init?(_ line: String) {
        if line.hasPrefix("deferred ") {
            self = .deferred(reason: Self.oneLine(line.dropFirst("deferred ".count)))
            return
        }
        if line.hasPrefix("warning ") {
            self = .warning(Self.oneLine(line.dropFirst("warning ".count)))
            return
        }
        let words = line.split(separator: " ")
        switch (words.first, words.count) {
        case ("mode", 2):
            guard let mode = ModeName(rawValue: String(words[1])) else { return nil }
            self = .mode(mode)
        case ("progress", 5), ("progress", 6):
            guard let stage = Stage(rawValue: String(words[1])), let completed = Int(words[2]),
                let total = Int(words[3]), let millionths = Int(words[4]),
                (0...1_000_000).contains(millionths)
            else { return nil }
            var secondsLeft: Double?
            if words.count == 6 {
                guard let seconds = Int(words[5]), seconds >= 0 else { return nil }
                secondsLeft = Double(seconds)
            }
            self = .progress(
                Progress(
                    stage: stage, completed: completed, total: total,
                    fraction: Double(millionths) / 1_000_000, secondsLeft: secondsLeft))
        case ("failure", 2):
            self = .failure(code: String(words[1]))
        default:
            return nil
        }
    }

    private static func oneLine(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars.prefix(reasonLimit).map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || [0x2028, 0x2029].contains(scalar.value) ? " " : Character(scalar)
        }
        return String(scalars)
    }
}
