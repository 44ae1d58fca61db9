// SPDX-License-Identifier: Apache-2.0

internal import Spool

/// The gallery's upkeep: when it is looked after, and by whom.
///
/// It describes what is in the outbox and is no part of the queue: a service that is killed at any
/// instant writes it anew at the next start, and what cannot be written is left out.
struct GalleryUpkeep {
    /// What an errand that ended has learnt.
    var index = GalleryIndex()
    var errand: Errand<(GalleryIndex, GalleryIndex.End)>?
    /// Whether something has changed that it does not say yet.
    private(set) var isBehind: Bool
    /// When it may be looked after again.
    var due = SuspendingClock.now
    private let isWanted: Bool
    private var began = SuspendingClock.now

    /// Results that come together are shown together.
    private static let gathering = Duration.seconds(1)
    /// From one time to the next, whatever happens: sync tools carry every one about.
    private static let pause = Duration.seconds(10)

    /// The upkeep of a gallery, or of none.
    init(isWanted: Bool) {
        self.isWanted = isWanted
        isBehind = isWanted
    }

    /// Something in the outbox has changed.
    mutating func fallBehind() {
        guard isWanted, !isBehind else { return }
        isBehind = true
        due = max(due, .now.advanced(by: Self.gathering))
    }

    mutating func begin(_ outbox: Outbox) throws(SpoolError) {
        isBehind = false
        began = .now
        errand = try Errand { [index] isWanted in
            var index = index
            let end = index.update(outbox, while: isWanted)
            return (index, end)
        }
    }

    /// How the last time ended; nil while it goes on, or where there was none.
    mutating func end() -> GalleryIndex.End? {
        guard let (index, end) = errand?.result() else { return nil }
        self.index = index
        errand = nil
        // A twentieth of the time at most, however many results there are.
        due = .now.advanced(by: max(Self.pause, began.duration(to: .now) * 20))
        return end
    }
}

extension Daemon {
    /// Writes the gallery where it is time, on another thread.
    func keepGallery() {
        switch gallery.end() {
        case nil, .done: break
        case .foreign(let name):
            report(.galleryWithheld(file: "\(configuration.root)/outbox/\(name)"))
        case .failed(let error): trouble("the gallery is not up to date: \(error)")
        }
        guard !isStopping, gallery.isBehind, gallery.errand == nil,
            gallery.due <= .now || isWaitingForGallery
        else { return }
        do throws(SpoolError) { try gallery.begin(spool.results) } catch {
            trouble("the gallery is not up to date: \(error)")
        }
    }

    /// Whether a service that ends by itself has nothing else left to do.
    private var isWaitingForGallery: Bool {
        configuration.once && hasNothingToDo
    }

    /// When the gallery is to be looked after; nil where nothing is to be done.
    var galleryDeadline: SuspendingClock.Instant? {
        gallery.isBehind && gallery.errand == nil ? gallery.due : nil
    }

    /// Whether nothing of the gallery keeps the service from ending.
    var isGallerySettled: Bool {
        gallery.errand == nil && (isStopping || !gallery.isBehind)
    }
}
