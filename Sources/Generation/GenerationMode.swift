// SPDX-License-Identifier: Apache-2.0

import Media
import Requests

/// One of the modes: what the model is shown, and what is made of the frames it answers with.
///
/// The prompt, the noise, the windows of a long clip and the files of the result are alike in all
/// modes and are the `Job`'s.
protocol GenerationMode {
    /// Reads a little of what the mode needs; false when there is nothing left to read.
    ///
    /// - Throws: `GenerationError.input` and `.scratch`.
    func gather() throws(GenerationError) -> Bool
    /// Whether words alone lead the clip, so that the control branch has nothing to say.
    var isLedByWordsAlone: Bool { get }
    /// Pictures whose content and look the clip takes on, in the order of the request.
    var references: [Picture] { get }
    /// What is known of frame `index` of the clip.
    func lead(_ index: Int) throws(GenerationError) -> Lead
    /// What the decoder's frame `index` becomes in the result.
    func finish(_ picture: Picture, at index: Int) throws(GenerationError) -> Picture
    /// Frames that are to be exactly these pictures.
    var anchors: [Int: Picture] { get }
    /// What the user should know about what was gathered.
    var warnings: [String] { get }
}

extension GenerationMode {
    func gather() throws(GenerationError) -> Bool { false }
    var isLedByWordsAlone: Bool { false }
    var references: [Picture] { [] }
    func finish(_ picture: Picture, at index: Int) throws(GenerationError) -> Picture { picture }
    var anchors: [Int: Picture] { [:] }
    var warnings: [String] { [] }
}

extension Plan {
    /// The mode that a request asks for, with its pictures read and its clips opened.
    ///
    /// - Throws: `GenerationError.input` and `.scratch`.
    func mode(
        of request: Request, from inputs: Inputs, in directory: String
    ) throws(GenerationError) -> any GenerationMode {
        switch request.mode {
        case .textToVideo:
            return TextToVideo()
        case .textImageToVideo(let animation), .imageToVideo(let animation):
            return try ImageToVideo(animation, plan: self, inputs: inputs)
        case .stylization(let restyling), .storyboard(let restyling), .render(let restyling):
            guard case .video(let video) = restyling.source else {
                return try Storyboard(restyling, plan: self, inputs: inputs)
            }
            return try Restyling(
                video, as: restyling, plan: self, inputs: inputs, in: directory)
        case .mask(let masking):
            return try Masking(masking, plan: self, inputs: inputs, in: directory)
        case .customization:
            preconditionFailure("a style is trained by a TrainingJob")
        }
    }
}
