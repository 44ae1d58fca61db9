// SPDX-License-Identifier: Apache-2.0

internal import Files

/// What a job folder found at a start means, and what is done about it.
///
/// A request is accepted in four steps, each durable before the next: make the folder, copy the
/// files that it names into `in/` and list them in `media`, write `claim`, move the request in.
/// A job ends in six: write `outcome`, move the request (and after a failure the copies) into
/// `out/`, write `target`, move `out/` to the outbox, tell the ledger, remove the folder. What is in `in/` decides nothing: until the
/// request is moved the originals are complete, and afterwards the copies are. The power can go
/// between any two:
///
///     claim  request  outcome  out   the service ended …                     so the folder is
///     ─────  ───────  ───────  ───   ────────────────────────────────────    ───────────────
///     –      –        –        –     before the claim was written            discarded
///     yes    –        –        –     before the move: the request is still   discarded
///                                    in the inbox and is found there
///     yes    yes      –        any   while the job waited or was worked on   queued
///     yes    another  –        –     between the move of a request that was  put back into the
///                                    changed meanwhile and its way back      inbox, discarded
///     –      yes      –        any   (a foreign hand took the claim away)    queued
///     any    any      yes      yes   before the results were published       queued: published
///     any    –        yes      –     after, with `target`: the ledger may    published
///                                    not know yet
///     any    –        yes      –     after, without `target`                 discarded
///     any    yes      yes      –     (a foreign hand took the results)       queued: done again
///     any    –        –        yes   (a foreign hand took the request)       left alone
///
/// Whether a job is `cancelled` changes none of this: one that is queued is refused at its turn, and
/// one that has its results is published.
///
/// Publishing is one rename, so `out/` is either here or there: a job is published exactly once.
enum Fate: Equatable {
    case discarded, queued, published, leftAlone

    init(claim: Bool, request: Bool, outcome: Bool, output: Bool, target: Bool = false) {
        switch (request, outcome, output) {
        case (false, true, false) where target: self = .published
        case (false, false, false), (false, true, false): self = .discarded
        case (false, false, true): self = .leftAlone
        case (true, _, _), (false, true, true): self = .queued
        }
    }

    init(of folder: JobFolder) throws(FileError) {
        self.init(
            claim: try folder.has(folder.claim), request: try folder.has(folder.request),
            outcome: try folder.outcome() != nil, output: try folder.has(folder.output),
            target: try folder.target() != nil)
    }
}

/// What a start found in the spool.
package struct Recovery: Equatable, Sendable {
    /// Jobs to go on with, oldest first.
    package var jobs: [String] = []
    /// Folders that nobody can make sense of, as sentences.
    package var troubles: [String] = []
}
