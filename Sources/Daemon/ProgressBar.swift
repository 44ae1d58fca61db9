// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Glibc
internal import Service

/// How far a job has come, on standard error: a bar on a terminal, otherwise a line per stage.
final class ProgressBar {
    private let isTerminal = Terminal.stands(behind: STDERR_FILENO)
    private let columns = Terminal.columns(of: STDERR_FILENO) ?? 80
    private var topic: String?
    private static let width = 30

    func show(_ report: Report) {
        guard case .progress(let progress) = report else { return }
        show(
            progress.fraction, topic: progress.stage.rawValue,
            "\(progress.stage.rawValue) \(progress.completed)/\(progress.total)"
                + (progress.secondsLeft.map { ", \(timeLeft($0))" } ?? ""))
    }

    /// Shows a part of the whole, 0 to 1, and words for it; elsewhere than on a terminal only the
    /// topic, whenever it is another one.
    func show(_ fraction: Double, topic: String, _ words: String) {
        if isTerminal {
            let line = Self.bar(fraction, words).prefix(max(1, columns - 1))
            write(Array(("\r" + line + "\u{1B}[K").utf8), STDERR_FILENO)
        } else if topic != self.topic {
            put("rushes: \(topic)", STDERR_FILENO)
        }
        self.topic = topic
    }

    /// Leaves the terminal's line to what comes next.
    func end() {
        if isTerminal, topic != nil { put("", STDERR_FILENO) }
    }

    /// A line such as `[##########          ]  33 % denoise 4/12`.
    static func bar(_ fraction: Double, _ words: String) -> String {
        let part = min(max(fraction, 0), 1)
        let filled = Int((part * Double(width)).rounded(.down))
        let percent = String(Int(part * 100))
        return "[" + String(repeating: "#", count: filled)
            + String(repeating: " ", count: width - filled) + "] "
            + String(repeating: " ", count: 3 - percent.count) + "\(percent) % \(words)"
    }
}

/// Seconds as people say them, such as `about 5 min left`.
func timeLeft(_ seconds: Double) -> String {
    switch seconds {
    case ..<90: "about \(max(1, Int(seconds))) s left"
    case ..<5400: "about \(Int((seconds / 60).rounded())) min left"
    case ..<172_800: "about \(Int((seconds / 3600).rounded())) h left"
    default: "about \(Int((seconds / 86_400).rounded())) days left"
    }
}
