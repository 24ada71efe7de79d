package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;

/// How far logits may be from a golden, in the largest difference and in the root of the mean
/// square.
record Gate(double largest, double rms) {
  /// Of the folders that come from Hugging Face.
  static final Gate HUGGING_FACE = new Gate(1e-3, 1e-4);

  private static final Set<String> HALF_PRECISION_GELU =
      Set.of("gemma", "gemma2", "gemma3", "gemma4");
  private static final Set<String> LONG_SUMS = Set.of("mamba", "minimax-01");

  /// The gate that the goldens' own README gives for f32 arithmetic.
  static Gate of(String golden) {
    if (HALF_PRECISION_GELU.contains(golden)) {
      return new Gate(6e-2, 1e-2);
    }
    return LONG_SUMS.contains(golden) ? new Gate(3e-3, 2e-4) : new Gate(1e-3, 5e-5);
  }

  void check(String how, Golden golden, float[][] actual) {
    double squares = 0;
    double worst = 0;
    long count = 0;
    int firstBad = -1;
    for (int r = 0; r < golden.logits().length; r++) {
      for (int c = 0; c < actual[r].length; c++) {
        double difference = Math.abs((double) actual[r][c] - golden.logits()[r][c]);
        if (!(difference <= largest) && firstBad < 0) {
          firstBad = r;
        }
        worst = Math.max(worst, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
        squares += difference * difference;
        count++;
      }
    }
    double mean = Math.sqrt(squares / count);
    assertThat(worst <= largest && mean <= rms)
        .as(
            "%s, %s: largest difference %.3g of %.3g, rms %.3g of %.3g, first bad row %d",
            golden.name(), how, worst, largest, mean, rms, firstBad)
        .isTrue();
  }
}
