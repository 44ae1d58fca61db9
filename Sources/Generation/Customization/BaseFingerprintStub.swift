// SPDX-License-Identifier: Apache-2.0

import Model

extension ModelFolder {
    func baseFingerprint() throws(GenerationError) -> String { "" }
}
