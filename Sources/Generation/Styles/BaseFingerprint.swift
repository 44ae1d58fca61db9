// SPDX-License-Identifier: Apache-2.0

import Digests
package import Model

/// What tells one base model from another: the same for all packagings of the same weights, and for
/// a model with a control branch over them.
package struct BaseFingerprint: Equatable, Sendable {
    /// SHA-256, 64 hexadecimal digits.
    package let sha256: String

    /// Reads the first values of every tensor of a transformer.
    ///
    /// - Throws: `ModelError.weights` where there are no weights that can be read.
    package init(transformer: ModelPart) throws(ModelError) {
        var digest = SHA256()
        digest.update(try Transformer.fingerprintMaterial(of: transformer)[...])
        sha256 = digest.finish()
    }
}
