// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Glibc

/// How far a job has come, on standard error: a bar on a terminal, otherwise a line per stage.
final class ProgressBar {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var stage: Stage?
    private static let width = 30

    func show(_ report: Report) {
        guard case .progress(let progress) = report else { return }
        if isTerminal {
            write(Array(("\r" + Self.bar(progress) + "\u{1B}[K").utf8), STDERR_FILENO)
        } else if progress.stage != stage {
            put("rushes: \(progress.stage.rawValue)", STDERR_FILENO)
        }
        stage = progress.stage
    }

    /// Leaves the terminal's line to what comes next.
    func end() {
        if isTerminal, stage != nil { put("", STDERR_FILENO) }
    }

    /// A line such as `[##########          ]  33 % denoise 4/12`.
    static func bar(_ progress: Progress) -> String {
        let part = min(max(progress.fraction, 0), 1)
        let filled = Int((part * Double(width)).rounded(.down))
        let percent = String(Int(part * 100))
        return "[" + String(repeating: "#", count: filled)
            + String(repeating: " ", count: width - filled) + "] "
            + String(repeating: " ", count: 3 - percent.count) + "\(percent) % "
            + "\(progress.stage.rawValue) \(progress.completed)/\(progress.total)"
            + (progress.secondsLeft.map { ", \(timeLeft($0))" } ?? "")
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
