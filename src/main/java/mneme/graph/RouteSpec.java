package mneme.graph;

import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// How a router turns logits into experts and weights.
///
/// @param gate `SOFTMAX` over all experts, `SIGMOID`, or `SOFTMAX_CHOSEN` over the chosen logits
/// @param bias added to the gate values for choosing only, or null
/// @param normalise divide the chosen weights by their sum
/// @param factor multiplies the weights at the end
public record RouteSpec(
    int experts, int chosen, Gate gate, @Nullable Tensor bias, boolean normalise, float factor) {
  public enum Gate {
    SOFTMAX,
    SIGMOID,
    SOFTMAX_CHOSEN
  }
}
