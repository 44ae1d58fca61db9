// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Spool

/// Something that waits for a worker.
enum Turn: Hashable, Sendable {
    /// A request in the inbox, which nobody has accepted yet.
    case request(Arrival)
    /// A job by its id: accepted, and interrupted or put off.
    case job(String)
}

/// A request in the inbox, until it is accepted: it may still be changed, and removed.
///
/// A class, so that ten thousand of them take no more room than they need.
final class Candidate {
    /// What is known of the files that it names.
    var gathering: Gathering
    /// Its place in the order, -10 to 10.
    let priority: Int
    /// Whether its files are waited for: not for a request that will be refused anyway.
    let isUnderstood: Bool
    /// The try before this one, whose results were moved back into the inbox.
    var earlier: EarlierTry?
    /// Drops that are used up with this one.
    var followers: [Arrival]
    /// When it began to wait for files, and whether people were told.
    let since = SuspendingClock.now
    var isAnnounced = false
    /// The files that were missing when it was looked at last.
    var missing: [String] = []

    init(
        gathering: Gathering, priority: Int, isUnderstood: Bool, earlier: EarlierTry?,
        followers: [Arrival] = []
    ) {
        self.gathering = gathering
        self.priority = priority
        self.isUnderstood = isUnderstood
        self.earlier = earlier
        self.followers = followers
    }

    var arrival: Arrival { gathering.arrival }
}

/// A refused request that was moved back from the outbox, to be tried again.
struct EarlierTry {
    /// Where it was dropped at first.
    let original: Arrival
    /// What came with it and is of no more use: the old reasons and the old record.
    let remains: [Arrival]
}

/// Why nothing can be begun at the moment, whatever it is.
struct Obstacle {
    let reason: String
    /// When it is looked at again.
    let until: SuspendingClock.Instant
}
