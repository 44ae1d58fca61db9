// SPDX-License-Identifier: Apache-2.0

internal import Files

extension Inbox {
    /// Whether a request lies here that an order names and that nobody has answered: it may still
    /// settle, or be found, or be tried again, and the order waits for that.
    ///
    /// While the inbox is away, nobody knows.
    package func expects(_ cancellation: Cancellation) -> Bool {
        guard absence == nil else { return true }
        let path = cancellation.path
        guard InboxName.isOffered(path), let status = status(of: path) else { return false }
        return settled[path] != status
    }
}
