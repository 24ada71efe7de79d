package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mneme.device.Rig;
import mneme.device.Span;

/// Sequences beside one another, and what must not come of it.
final class Company {
  private Company() {}

  /// The whole, its first half and its second third side by side, in steps of different lengths.
  ///
  /// @param alone what the rig says of `tokens` alone
  static void besideOthers(Rig rig, int[] tokens, float[][] alone) {
    int third = tokens.length / 3;
    int[] other = Arrays.copyOfRange(tokens, third, 2 * third);
    float[][] otherAlone = rig.read(other, other.length);
    Rig.Sequence whole = rig.sequence();
    Rig.Sequence shorter = rig.sequence();
    List<float[]> wholeRows = new ArrayList<>();
    List<float[]> otherRows = new ArrayList<>();
    int[] pieces = {1, 5, 19, 1, 1, 8};
    for (int step = 0; whole.position() < tokens.length; step++) {
      List<Span> spans = new ArrayList<>();
      int taken = add(spans, shorter, other, pieces[(step + 2) % pieces.length]);
      add(spans, whole, tokens, pieces[step % pieces.length]);
      float[][] rows = rig.step(spans.toArray(Span[]::new));
      otherRows.addAll(Arrays.asList(rows).subList(0, taken));
      wholeRows.addAll(Arrays.asList(rows).subList(taken, rows.length));
    }
    assertSameBits("beside another", alone, wholeRows.toArray(float[][]::new));
    assertSameBits(
        "the other beside it",
        Arrays.copyOf(otherAlone, otherRows.size()),
        otherRows.toArray(float[][]::new));
  }

  private static int add(List<Span> spans, Rig.Sequence sequence, int[] tokens, int piece) {
    int from = sequence.position();
    int length = Math.min(piece, tokens.length - from);
    if (length > 0) {
      spans.add(sequence.next(Arrays.copyOfRange(tokens, from, from + length), length));
    }
    return Math.max(0, length);
  }

  static void assertSameBits(String how, float[][] expected, float[][] actual) {
    assertThat(actual.length).isEqualTo(expected.length);
    for (int r = 0; r < expected.length; r++) {
      assertThat(Arrays.mismatch(actual[r], expected[r])).as("%s, row %d", how, r).isEqualTo(-1);
    }
  }
}
