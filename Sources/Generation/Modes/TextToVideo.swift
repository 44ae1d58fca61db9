// SPDX-License-Identifier: Apache-2.0

/// Mode 01: a new clip from nothing but words.
///
/// Runway Gen-2 mode 01; Wan 2.1's text-to-video, diffusers v0.42.1 `WanPipeline`. Only the base
/// transformer works: VACE keeps it frozen, so its control branch has nothing to add here.
struct TextToVideo: GenerationMode {
    var isLedByWordsAlone: Bool { true }

    func lead(_ index: Int) -> Lead { .free }
}
