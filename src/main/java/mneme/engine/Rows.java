package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads rows of logits.
final class Rows {
  private static final int EXPONENT = 0x7f800000;

  private Rows() {}

  /// Whether every number is finite: the largest magnitude, compared as bits, has a free exponent.
  static boolean isFinite(float[] row) {
    int largest = 0;
    for (float value : row) {
      largest = Math.max(largest, Float.floatToRawIntBits(value) & 0x7fffffff);
    }
    return largest < EXPONENT;
  }

  /// Token `id` with its log probability among all, and those of the `top` likeliest.
  static Event.Token token(float[] row, int id, Optional<Integer> top) {
    if (top.isEmpty()) {
      return new Event.Token(id, 0, List.of());
    }
    double logSum = logSum(row);
    List<Event.Alternative> alternatives = new ArrayList<>();
    for (int likely : largest(row, Math.min(top.get(), row.length))) {
      alternatives.add(new Event.Alternative(likely, row[likely] - logSum));
    }
    return new Event.Token(id, row[id] - logSum, alternatives);
  }

  private static double logSum(float[] row) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : row) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (float value : row) {
      sum += Math.exp(value - largest);
    }
    return largest + Math.log(sum);
  }

  /// Indices of the `count` largest numbers, largest first; the smaller index first among equals.
  static int[] largest(float[] row, int count) {
    int[] best = new int[count];
    int held = 0;
    for (int i = 0; i < row.length && count > 0; i++) {
      if (held == count && row[i] <= row[best[held - 1]]) {
        continue;
      }
      int at = held < count ? held++ : held - 1;
      for (; at > 0 && row[best[at - 1]] < row[i]; at--) {
        best[at] = best[at - 1];
      }
      best[at] = i;
    }
    return best;
  }
}
