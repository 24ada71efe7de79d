package mneme.graph;

import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// How a router turns logits into experts and weights.
///
/// Equal gate values are chosen in order of expert number.
///
/// @param gate `SOFTMAX` over all experts, `SIGMOID`, or `SOFTMAX_CHOSEN` over the chosen logits
/// @param bias added to the gate values for choosing only, or null
/// @param normalise divide the chosen weights by their sum
/// @param factor multiplies the weights at the end
/// @param groups the experts stand in this many equal groups; 1 is no grouping
/// @param groupsChosen only experts of the best groups are chosen; a group is as good as the sum of
///   its two best biased gate values (arXiv 2412.19437)
public record RouteSpec(
    int experts,
    int chosen,
    Gate gate,
    @Nullable Tensor bias,
    boolean normalise,
    float factor,
    int groups,
    int groupsChosen) {
  public RouteSpec {
    if (chosen < 1 || chosen > experts || groups < 1 || experts % groups != 0) {
      throw new ModelFormatException(
          "cannot choose %d of %d experts in %d groups".formatted(chosen, experts, groups));
    }
    if (groupsChosen < 1 || groupsChosen > groups || chosen > experts / groups * groupsChosen) {
      throw new ModelFormatException(
          "cannot choose %d experts from %d of %d groups of %d"
              .formatted(chosen, groupsChosen, groups, experts / groups));
    }
  }

  public enum Gate {
    SOFTMAX,
    SIGMOID,
    SOFTMAX_CHOSEN
  }
}
