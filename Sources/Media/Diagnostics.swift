// SPDX-License-Identifier: Apache-2.0

import CAV
import Glibc
import Synchronization

/// Keeps libav quiet, and its last complaint for the error that follows.
///
/// libav writes to standard error by default, but libraries do not log. Its log callback belongs
/// to the process, so this state does too; a complaint is handed out only on the thread that
/// caused it.
enum Diagnostics {
    private struct Complaint {
        var thread: pthread_t
        var text: String
    }

    private static let complaint = Mutex<Complaint?>(nil)

    /// Calls `av_log_set_callback`, once.
    private static let installed: Void = {
        unsafe av_log_set_callback { object, level, format, arguments in
            guard level <= AV_LOG_ERROR, let arguments = unsafe arguments else { return }
            var line = [CChar](repeating: 0, count: 512)
            // No prefix: it holds an address, which means nothing to a person.
            var prefix: Int32 = 0
            _ = unsafe av_log_format_line2(
                object, level, format, arguments, &line, Int32(line.count), &prefix)
            let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            Diagnostics.keep(String(decoding: bytes, as: UTF8.self))
        }
    }()

    private static func keep(_ line: String) {
        var text = line
        while text.last?.isWhitespace == true { text.removeLast() }
        let kept = text
        complaint.withLock { $0 = Complaint(thread: pthread_self(), text: kept) }
    }

    /// Silences libav and forgets what this thread's earlier work left behind.
    static func begin() {
        _ = installed
        complaint.withLock { if $0?.thread == pthread_self() { $0 = nil } }
    }

    /// What libav last complained about on this thread, or nil.
    static var lastError: String? {
        complaint.withLock { $0?.thread == pthread_self() ? $0?.text : nil }
    }
}
