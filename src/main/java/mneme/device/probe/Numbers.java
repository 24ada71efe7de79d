package mneme.device.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import mneme.format.Encoding;
import mneme.format.Tensor;

/// Weights of about one, always the same. Of the block encodings every code occurs, under scales
/// that keep the numbers there.
final class Numbers {
  private final Random random = new Random(20);

  Tensor f32(long... dims) {
    return f32(x -> x, dims);
  }

  /// `shape` of a normal draw.
  Tensor f32(DoubleUnaryOperator shape, long... dims) {
    return of(
        Encoding.F32,
        (data, at) -> data.putFloat(at, (float) shape.applyAsDouble(random.nextGaussian())),
        dims);
  }

  Tensor of(Encoding encoding, long... dims) {
    return of(encoding, (data, at) -> block(encoding, data, at), dims);
  }

  private interface Fill {
    void block(ByteBuffer data, int at);
  }

  private static Tensor of(Encoding encoding, Fill fill, long... dims) {
    long elements = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    ByteBuffer data =
        ByteBuffer.allocate(Math.toIntExact(encoding.bytes(elements)))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < data.capacity(); at += encoding.blockBytes()) {
      fill.block(data, at);
    }
    MemorySegment segment = Arena.ofAuto().allocate(data.capacity(), 64);
    MemorySegment.copy(data.array(), 0, segment, ValueLayout.JAVA_BYTE, 0, data.capacity());
    return new Tensor(
        encoding + " weights", encoding, Arrays.stream(dims).boxed().toList(), segment);
  }

  /// Codes are random bits; then the scales, which are halves but for those of MXFP4.
  private void block(Encoding encoding, ByteBuffer data, int at) {
    byte[] codes = new byte[encoding.blockBytes()];
    random.nextBytes(codes);
    data.put(at, codes);
    double jitter = random.nextDouble(0.6, 1.4);
    switch (encoding) {
      case F32 -> data.putFloat(at, (float) random.nextGaussian());
      case F16 -> half(data, at, random.nextGaussian());
      case BF16 ->
          data.putShort(at, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16));
      case Q4_0 -> half(data, at, -jitter / 4.6);
      case Q4_1 -> halves(data, at, jitter / 4.6, -1.6);
      case Q5_0 -> half(data, at, -jitter / 9.3);
      case Q5_1 -> halves(data, at, jitter / 9.3, -1.7);
      case Q8_0 -> half(data, at, jitter / 74);
      case Q2_K -> halves(data, at + 80, jitter / 14, jitter / 9);
      case Q3_K -> half(data, at + 108, -jitter / 43);
      case Q4_K -> halves(data, at, jitter / 260, jitter / 34);
      case Q5_K -> halves(data, at, jitter / 530, jitter / 34);
      case Q6_K -> half(data, at + 208, jitter / 1400);
      case IQ4_NL -> half(data, at, -jitter / 71);
      case IQ4_XS -> half(data, at, jitter / 1300);
      case MXFP4 -> data.put(at, (byte) random.nextInt(124, 127));
      case I8, I16, I32, I64, F64 ->
          throw new IllegalArgumentException("no weights are in " + encoding);
    }
  }

  private static void half(ByteBuffer data, int at, double value) {
    data.putShort(at, Float.floatToFloat16((float) value));
  }

  private static void halves(ByteBuffer data, int at, double first, double second) {
    half(data, at, first);
    half(data, at + 2, second);
  }
}
