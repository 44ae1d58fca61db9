// SPDX-License-Identifier: Apache-2.0

import Media
package import Products
import Requests
import Tensors

/// What the engine finds on this machine, before there is any work.
package enum EngineFacts {
    /// The formats that cannot be written, each with the encoders that are missing, by libavcodec's
    /// names.
    package static var missingEncoders: [(format: String, encoders: [String])] {
        let formats = Request.Format.allCases.map { format in
            (
                format.rawValue,
                VideoFormat(format).map { Encoders.missing(for: $0) } ?? []
            )
        }
        return (formats + [("poster", Encoders.missingForPictures)]).filter { !$0.1.isEmpty }
    }

    /// The Debian package that holds all encoders.
    package static let encoderPackage = Encoders.package

    /// What the passes between products were compiled for: `avx512`, `avx2` or `baseline`.
    package static var instructions: String { passes.name }

    /// The precisions that this processor multiplies in itself.
    package static var nativePrecisions: [Precision] { Precision.allCases.filter(\.isNative) }

    /// What a wide model is computed in where nobody says otherwise.
    package static var widePrecision: Precision {
        Precision.bfloat16.isNative ? .bfloat16 : .float32
    }

    /// Threads that compute, which follow from the affinity and the control group's quota.
    package static var threads: Int { processorCount }
}
