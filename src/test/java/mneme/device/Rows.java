package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/// Compares what two computations gave for the same tokens, row by row.
final class Rows {
  private Rows() {}

  /// As close as the case demands. Where all of a row is nearly 0 by chance, the rest of the
  /// sequence says what is small.
  static void assertClose(OpCase opCase, float[][] actual, float[][] expected) {
    assertThat(actual.length).isEqualTo(expected.length);
    double least = Math.max(1e-6, largest(expected) / 100);
    for (int r = 0; r < expected.length; r++) {
      double largest = Math.max(least, largest(expected[r]));
      for (int c = 0; c < expected[r].length; c++) {
        assertThat(Math.abs((double) actual[r][c] - expected[r][c]))
            .as(
                "%s, row %d, column %d: %s instead of %s",
                opCase, r, c, actual[r][c], expected[r][c])
            .isLessThanOrEqualTo(opCase.tolerance() * largest);
      }
    }
  }

  private static double largest(float[]... rows) {
    double largest = 0;
    for (float[] row : rows) {
      for (float x : row) {
        largest = Math.max(largest, Math.abs(x));
      }
    }
    return largest;
  }

  static void assertSameBits(float[][] left, float[][] right) {
    assertThat(left.length).isEqualTo(right.length);
    for (int r = 0; r < left.length; r++) {
      int column = Arrays.mismatch(left[r], right[r]);
      assertThat(column).as("row %d differs from column %d on", r, column).isEqualTo(-1);
    }
  }
}
