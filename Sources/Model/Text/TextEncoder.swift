// SPDX-License-Identifier: Apache-2.0

package import Tensors
import Weights

/// The UMT5 encoder: from the tokens of a prompt to the states that the transformer attends to.
///
/// Chung et al., arXiv 2304.09151; transformers 5.23, models/umt5/modeling_umt5.py,
/// `UMT5EncoderModel`. Only real tokens are encoded, which is exact: padding is masked there, and
/// the pipelines put zeros in place of its states.
package struct TextEncoder: Sendable {
    /// The dimensions of the network.
    package let configuration: TextEncoderConfiguration
    /// What describes it, or the file with its weights.
    private let path: String
    /// (V, C).
    private let embeddings: Weight
    private let blocks: [TextEncoderBlock]
    private let finalScale: Weight

    /// Opens the text encoder of a model.
    ///
    /// - Throws: `ModelError` naming the key or tensor that does not fit.
    package init(_ part: ModelPart) throws(ModelError) {
        path = part.configuration ?? part.path
        let configuration = try TextEncoderConfiguration(part)
        self.configuration = configuration
        var store = try part.openTextEncoder()
        embeddings = TextEncoder.embeddings(&store, configuration)
        blocks = (0..<configuration.layers).map {
            TextEncoderBlock(&store, "encoder.block.\($0)", configuration)
        }
        finalScale = store.take("encoder.final_layer_norm.weight", [configuration.width])
        do { try store.finish() } catch { throw .weights(error) }
    }

    /// The table of embeddings, which files hold under either of two names or under both: the
    /// network has only one.
    private static func embeddings(
        _ store: inout WeightStore, _ configuration: TextEncoderConfiguration
    ) -> Weight {
        let shape = [configuration.vocabulary, configuration.width]
        let (shared, own) = ("shared.weight", "encoder.embed_tokens.weight")
        guard store.contains(shared) else {
            return store.contains(own) ? store.take(own, shape) : store.take(shared, shape)
        }
        store.skip(prefix: own)
        return store.take(shared, shape)
    }

    /// The states of a prompt.
    ///
    /// - Parameter tokens: L numbers from `Tokenizer`, the end token last; at least one.
    /// - Returns: (L, C). The rows that the pipelines add up to their 512 are zero.
    /// - Throws: `ModelError.configuration` where a token has no embedding, which means that
    ///   tokenizer and encoder do not belong together.
    package func states(of tokens: [Int]) throws(ModelError) -> Tensor {
        precondition(!tokens.isEmpty, "a prompt has at least its end token")
        let width = configuration.width
        if let token = tokens.first(where: { !(0..<configuration.vocabulary).contains($0) }) {
            throw .configuration(
                path: path, key: "vocab_size",
                problem: "the tokenizer gave token \(token), beyond the \(configuration.vocabulary)"
                    + " that the encoder knows; use the tokenizer that belongs to this model")
        }
        var values: [Float] = []
        values.reserveCapacity(tokens.count * width)
        let table = embeddings.span
        for token in tokens {
            for index in token * width..<(token + 1) * width { values.append(table[index]) }
        }
        var states = Tensor(shape: [tokens.count, width], values: values)
        for block in blocks { block.apply(to: &states) }
        states.rootMeanSquareNormalize(epsilon: configuration.epsilon, scale: finalScale.span)
        return states
    }
}
