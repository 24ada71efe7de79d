package mneme.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Decoded elements against formulae that address one element at a time.
class DecoderTest {
  @ParameterizedTest
  @EnumSource(Encoding.class)
  void everyElementFollowsItsFormula(Encoding encoding) {
    int columns = 3 * Math.max(encoding.blockElements(), 4);
    int rows = 7;
    Tensor tensor = random(encoding, columns, rows);
    float[] decoded = Decoder.rows(tensor, 2, 4);
    byte[] bytes = tensor.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    for (int i = 0; i < decoded.length; i++) {
      float expected = ElementFormula.at(encoding, bytes, 2 * columns + i);
      assertThat(Float.valueOf(decoded[i])).as("element %d", i).isEqualTo(Float.valueOf(expected));
    }
  }

  @Test
  void rowsBeyondTheTensorAreRefused() {
    Tensor tensor = random(Encoding.Q4_0, 32, 2);
    assertThatThrownBy(() -> Decoder.rows(tensor, 1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("rows 1 to 3 of 2");
  }

  @Test
  void tinyMxfp4ScalesAreSubnormal() {
    byte[] block = new byte[17];
    block[1] = 1; // element 0 is 0.5 * 2^-127
    Tensor tensor = new Tensor("t", Encoding.MXFP4, List.of(32L), MemorySegment.ofArray(block));
    assertThat(Decoder.all(tensor)[0]).isEqualTo((float) Math.scalb(1.0, -128));
  }

  private static Tensor random(Encoding encoding, int columns, int rows) {
    byte[] bytes = new byte[(int) encoding.bytes((long) columns * rows)];
    new Random(encoding.ordinal()).nextBytes(bytes);
    tameScales(encoding, bytes);
    return new Tensor(
        "t", encoding, List.of((long) columns, (long) rows), MemorySegment.ofArray(bytes));
  }

  /// NaN and infinite scales compare badly, so half-precision scales are kept finite.
  private static void tameScales(Encoding encoding, byte[] bytes) {
    int[] halves =
        switch (encoding) {
          case F16, Q4_0, Q5_0, Q8_0, IQ4_NL, IQ4_XS -> new int[] {0};
          case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
          case Q2_K -> new int[] {80, 82};
          case Q3_K -> new int[] {108};
          case Q6_K -> new int[] {208};
          default -> new int[0];
        };
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    for (int block = 0; block < bytes.length; block += encoding.blockBytes()) {
      for (int at : halves) {
        buffer.putShort(block + at, Float.floatToFloat16((float) random.nextGaussian()));
      }
    }
  }
}
