// SPDX-License-Identifier: Apache-2.0

import CAV

/// What a video says about its colours, in libav's words, such as `bt709`.
package struct ColourTags: Sendable, Equatable {
    package let primaries: String
    package let transfer: String
    package let matrix: String
    /// `tv` for limited range, `pc` for full range.
    package let range: String

    package init(primaries: String, transfer: String, matrix: String, range: String) {
        self.primaries = primaries
        self.transfer = transfer
        self.matrix = matrix
        self.range = range
    }

    /// What ``VideoEncoder`` writes.
    package static let video = ColourTags(
        primaries: "bt709", transfer: "bt709", matrix: "bt709", range: "tv")

    /// Calls `av_color_primaries_name` and its kin.
    init(_ parameters: UnsafePointer<AVCodecParameters>) {
        let values = unsafe parameters.pointee
        func text(_ name: UnsafePointer<CChar>?) -> String {
            unsafe name.map { unsafe String(cString: $0) } ?? "unknown"
        }
        primaries = unsafe text(av_color_primaries_name(values.color_primaries))
        transfer = unsafe text(av_color_transfer_name(values.color_trc))
        matrix = unsafe text(av_color_space_name(values.color_space))
        range = unsafe text(av_color_range_name(values.color_range))
    }
}
