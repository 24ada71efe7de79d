package mneme.device;

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

/// Tensors drawn from a seed. Numbers have a deviation of about one; of the block formats every bit
/// pattern occurs, with scales that keep the numbers there.
public final class RandomTensors {
  private final Random random;
  private int count;

  public RandomTensors(long seed) {
    this.random = new Random(seed);
  }

  public Tensor normal(long... dims) {
    return f32(x -> x, dims);
  }

  /// F32 numbers: `shape` of a normal draw.
  public Tensor f32(DoubleUnaryOperator shape, long... dims) {
    return of(
        Encoding.F32,
        (block, at) -> block.putFloat(at, (float) shape.applyAsDouble(random.nextGaussian())),
        dims);
  }

  /// The same numbers in BF16, cut to its digits.
  static Tensor rounded(Tensor f32) {
    MemorySegment cut = Arena.ofAuto().allocate(2 * f32.elements(), 64);
    for (long i = 0; i < f32.elements(); i++) {
      int bits = f32.data().get(ValueLayout.JAVA_INT_UNALIGNED, 4 * i);
      cut.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, (short) (bits >> 16));
    }
    return new Tensor(f32.name(), Encoding.BF16, f32.dims(), cut);
  }

  public Tensor of(Encoding encoding, long... dims) {
    return switch (encoding) {
      case F32 -> normal(dims);
      case F16 ->
          of(
              encoding,
              (block, at) ->
                  block.putShort(at, Float.floatToFloat16((float) random.nextGaussian())),
              dims);
      case BF16 ->
          of(
              encoding,
              (block, at) ->
                  block.putShort(
                      at, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >> 16)),
              dims);
      default -> of(encoding, (block, at) -> block(encoding, block, at), dims);
    };
  }

  private interface Fill {
    void block(ByteBuffer data, int at);
  }

  private Tensor of(Encoding encoding, Fill fill, long... dims) {
    long elements = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    ByteBuffer data =
        ByteBuffer.allocate((int) encoding.bytes(elements)).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < data.capacity(); at += encoding.blockBytes()) {
      fill.block(data, at);
    }
    MemorySegment segment = Arena.ofAuto().allocate(data.capacity(), 64);
    MemorySegment.copy(data.array(), 0, segment, ValueLayout.JAVA_BYTE, 0, data.capacity());
    return new Tensor("random " + count++, encoding, Arrays.stream(dims).boxed().toList(), segment);
  }

  private void block(Encoding encoding, ByteBuffer data, int at) {
    byte[] bits = new byte[encoding.blockBytes()];
    random.nextBytes(bits);
    data.put(at, bits);
    double jitter = random.nextDouble(0.6, 1.4);
    double signed = random.nextBoolean() ? jitter : -jitter;
    switch (encoding) {
      case Q4_0 -> half(data, at, signed / 4.64);
      case Q4_1 -> pair(data, at, jitter / 4.61, -7.5);
      case Q5_0 -> half(data, at, signed / 9.25);
      case Q5_1 -> pair(data, at, jitter / 9.23, -15.5);
      case Q8_0 -> half(data, at, jitter / 73.9);
      case Q2_K -> pair(data, at + 80, jitter / 13.9, 1.5);
      case Q3_K -> half(data, at + 108, signed / 43.3);
      case Q4_K -> pair(data, at, jitter / 258, 7.5);
      case Q5_K -> pair(data, at, jitter / 527, 15.5);
      case Q6_K -> {
        for (int i = 192; i < 208; i++) {
          data.put(at + i, (byte) random.nextInt(-32, 32));
        }
        half(data, at + 208, jitter / 341);
      }
      case IQ4_NL -> half(data, at, signed / 71);
      case IQ4_XS -> half(data, at, jitter / (71 * 18.5));
      case MXFP4 -> data.put(at, (byte) random.nextInt(124, 127));
      case I8, I16, I32, I64 -> {} // any bits are a number
      case F64 -> data.putDouble(at, random.nextGaussian());
      case F32, F16, BF16 -> throw new IllegalArgumentException("no blocks of " + encoding);
    }
  }

  private static void half(ByteBuffer data, int at, double value) {
    data.putShort(at, Float.floatToFloat16((float) value));
  }

  private static void pair(ByteBuffer data, int at, double scale, double factor) {
    half(data, at, scale);
    half(data, at + 2, scale * factor);
  }
}
