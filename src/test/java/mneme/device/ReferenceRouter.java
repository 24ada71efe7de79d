package mneme.device;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import mneme.graph.RouteSpec;
import org.jspecify.annotations.Nullable;

/// Chooses experts as [RouteSpec] says, in double precision.
final class ReferenceRouter {
  private ReferenceRouter() {}

  static double[] route(double[] logits, RouteSpec spec, float @Nullable [] bias) {
    double[] gates = gates(logits, spec.gate());
    double[] rank = gates.clone();
    if (bias != null) {
      Arrays.setAll(rank, e -> rank[e] + bias[e]);
    }
    List<Integer> chosen = best(rank, allowed(rank, spec), spec.chosen());
    double[] weights = chosen.stream().mapToDouble(e -> gates[e]).toArray();
    if (spec.gate() == RouteSpec.Gate.SOFTMAX_CHOSEN) {
      weights = ReferenceMath.softmax(weights);
    }
    double sum = spec.normalise() ? Arrays.stream(weights).sum() : 1;
    double[] out = new double[2 * spec.chosen()];
    for (int i = 0; i < spec.chosen(); i++) {
      out[i] = chosen.get(i);
      out[spec.chosen() + i] = weights[i] / sum * spec.factor();
    }
    return out;
  }

  private static double[] gates(double[] logits, RouteSpec.Gate gate) {
    return switch (gate) {
      case SOFTMAX -> ReferenceMath.softmax(logits);
      case SIGMOID -> Arrays.stream(logits).map(ReferenceMath::sigmoid).toArray();
      case SOFTMAX_CHOSEN -> logits;
    };
  }

  private static List<Integer> allowed(double[] rank, RouteSpec spec) {
    int size = spec.experts() / spec.groups();
    double[] groupRank = new double[spec.groups()];
    for (int group = 0; group < spec.groups(); group++) {
      double[] members = Arrays.copyOfRange(rank, group * size, (group + 1) * size);
      Arrays.sort(members);
      groupRank[group] = members[size - 1] + (size > 1 ? members[size - 2] : 0);
    }
    List<Integer> groups =
        best(groupRank, IntStream.range(0, spec.groups()).boxed().toList(), spec.groupsChosen());
    return IntStream.range(0, spec.experts())
        .filter(e -> groups.contains(e / size))
        .boxed()
        .toList();
  }

  /// The `count` best, best first, equal ones by number.
  private static List<Integer> best(double[] rank, List<Integer> from, int count) {
    return from.stream()
        .sorted(Comparator.<Integer>comparingDouble(e -> -rank[e]).thenComparing(e -> e))
        .limit(count)
        .toList();
  }
}
