package mneme.model;

import mneme.format.Tensor;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;

/// The token before beside the token itself, as every RWKV mixes them: `x + (before - x) * share`.
///
/// @param x the normed input
/// @param change before - x
public record RwkvShift(Value x, Value change) {
  public static RwkvShift of(GraphBuilder graph, Value x) {
    return new RwkvShift(x, graph.subtract(graph.shift(x), x));
  }

  public Value mix(GraphBuilder graph, Tensor share) {
    return graph.add(x, graph.multiplyWeight(change, share));
  }

  public Value mix(GraphBuilder graph, Value share) {
    return graph.add(x, graph.multiply(change, share));
  }
}
