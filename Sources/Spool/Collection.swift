// SPDX-License-Identifier: Apache-2.0

/// A request's files being copied on another thread, so that gigabytes keep nobody waiting.
package final class Collection: Sendable {
    /// What is being accepted.
    package let staging: Staging

    private let errand: Errand<Result<Collected, SpoolError>>

    /// Begins to copy.
    package init(_ staging: Staging, lastTry: Bool) throws(SpoolError) {
        self.staging = staging
        errand = try Errand { isWanted in
            do throws(SpoolError) {
                return .success(try staging.collect(lastTry: lastTry, while: isWanted))
            } catch {
                return .failure(error)
            }
        }
    }

    /// The request whose files they are.
    package var arrival: Arrival { staging.arrival }

    /// Becomes readable when the copying has ended.
    package var descriptor: Int32 { errand.descriptor }

    /// Gives the copying up soon; it ends with `SpoolError.notNow` then.
    package func cancel() { errand.cancel() }

    /// What came of it, or nil while it goes on.
    package func result() -> Result<Collected, SpoolError>? { errand.result() }
}
