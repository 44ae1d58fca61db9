// SPDX-License-Identifier: Apache-2.0

import Model
import Products

extension Precision {
    /// What a model is computed in where nobody says otherwise.
    ///
    /// A narrow network is fast enough in float32, the truth. A wide one is computed in bfloat16
    /// where the processor multiplies it itself; int8 is twice as fast and less exact, so it has to
    /// be asked for.
    static func suited(to transformer: TransformerConfiguration) -> Precision {
        transformer.width >= 512 && Precision.bfloat16.isNative ? .bfloat16 : .float32
    }
}
