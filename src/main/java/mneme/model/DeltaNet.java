package mneme.model;

import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.DeltaInputs;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.Value;

/// The gated delta rule (arXiv 2412.06464) between its projections: keys and queries of length 1,
/// decay between 0 and 1, beta how much of what was remembered under a key is replaced.
///
/// @param decay one number a head, or one a key channel
/// @param beta one number a head
public record DeltaNet(Value query, Value key, Value value, Value decay, Value beta) {
  public Value write(Blocks blocks) {
    GraphBuilder graph = blocks.graph();
    int heads = beta.width();
    int keyWidth = key.width() / heads;
    Value k = graph.l2Norm(key, blocks.epsilon(), keyWidth);
    Value q = graph.l2Norm(query, blocks.epsilon(), keyWidth);
    return graph.deltaScan(
        new MatrixInputs(
            graph.scale(q, (float) (1 / Math.sqrt(keyWidth))), k, graph.multiply(value, beta)),
        new DeltaInputs(decay, graph.multiply(k, decay), graph.scale(graph.multiply(k, beta), -1)),
        heads);
  }

  /// Decay from what the layer projects: `exp(a * softplus(in + bias))`, a negative.
  public static Value decay(GraphBuilder graph, Value in, DecayWeights weights) {
    Value step = graph.activate(graph.addWeight(in, weights.bias()), Activation.SOFTPLUS);
    return graph.activate(graph.multiplyWeight(step, weights.a()), Activation.EXP);
  }

  /// Both as wide as the decay.
  public record DecayWeights(Tensor bias, Tensor a) {}
}
