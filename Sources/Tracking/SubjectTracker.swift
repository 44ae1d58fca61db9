// SPDX-License-Identifier: Apache-2.0

package import Media

/// Follows what a mask selects from picture to picture.
package struct SubjectTracker: Sendable {
    private var mask: Mask

    /// Begins with the subject that `mask` selects on `picture`; both have the same size.
    package init(_ mask: Mask, on picture: Picture) {
        precondition(mask.width == picture.width && mask.height == picture.height)
        self.mask = mask
    }

    /// Where the subject is on the next picture.
    package mutating func follow(_ picture: Picture) -> Mask { mask }
}
