package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {
  /// The known answers that the authors publish with Random123.
  @Test
  void knownAnswersAreGiven() {
    assertThat(encrypted(new int[4], 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(encrypted(new int[] {-1, -1, -1, -1}, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    int[] pi = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    assertThat(encrypted(pi, 0xa4093822, 0x299f31d0))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void theNumberOfASeedAndPositionNeverChanges() {
    assertThat(Philox.uniform(0, 0)).isEqualTo((0x6627e8d5e169c58dL >>> 11) * 0x1p-53);
    assertThat(Philox.uniform(42, 1)).isNotEqualTo(Philox.uniform(42, 2));
    assertThat(Philox.uniform(42, 1)).isNotEqualTo(Philox.uniform(43, 1));
    assertThat(Philox.uniform(1L << 32, 0)).isNotEqualTo(Philox.uniform(0, 1L << 32));
  }

  @Test
  void numbersAreSpreadEvenly() {
    int[] tenths = new int[10];
    for (int position = 0; position < 100_000; position++) {
      tenths[(int) (10 * Philox.uniform(7, position))]++;
    }
    assertThat(java.util.Arrays.stream(tenths).boxed())
        .allMatch(count -> Math.abs(count - 10_000) < 400);
  }

  private static int[] encrypted(int[] counter, int key0, int key1) {
    Philox.encrypt(counter, key0, key1);
    return counter;
  }
}
