// SPDX-License-Identifier: Apache-2.0

import CAV

/// The versions of the libraries that turn files into frames, as one word: another version may round
/// otherwise.
package let mediaArithmetic = [
    avutil_version(), avcodec_version(), avformat_version(), avfilter_version(), swscale_version(),
    swresample_version(),
].map { String($0) }.joined(separator: " ")
