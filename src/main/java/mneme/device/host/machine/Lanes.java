package mneme.device.host.machine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Sixteen numbers side by side, as one vector of 512 bits, two of 256 or four of 128. Sums over a
/// row run in sixteen lanes and are folded by a fixed tree, so their bits do not depend on the
/// machine's vector width; `reduceLanes` would leave the order open.
public final class Lanes {
  /// Lanes of the model, whatever the machine has.
  public static final int ROWS = 16;

  public static final VectorSpecies<Float> F = widest();

  /// Lanes of one machine vector: 16, 8 or 4.
  public static final int COUNT = F.length();

  public static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
  private static final VectorSpecies<Byte> B =
      COUNT == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
  private static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(16 * COUNT));

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorShuffle<Float> BY_EIGHT = turn(8);
  private static final VectorShuffle<Float> BY_FOUR = turn(4);
  private static final VectorShuffle<Float> BY_TWO = turn(2);
  private static final VectorShuffle<Float> BY_ONE = turn(1);

  /// 2 to the 112th: what the exponent of a half-precision number lacks after its bits are shifted
  /// into place.
  private static final float HALF_REBIAS = 0x1p112f;

  private Lanes() {}

  private static VectorSpecies<Float> widest() {
    int lanes = Math.clamp(FloatVector.SPECIES_PREFERRED.length(), 4, ROWS);
    return VectorSpecies.of(float.class, VectorShape.forBitSize(32 * Integer.highestOneBit(lanes)));
  }

  private static VectorShuffle<Float> turn(int by) {
    return VectorShuffle.fromOp(F, lane -> (lane + by) % COUNT);
  }

  public static FloatVector floats(MemorySegment memory, long at) {
    return FloatVector.fromMemorySegment(F, memory, at, ORDER);
  }

  public static void put(FloatVector vector, MemorySegment memory, long at) {
    vector.intoMemorySegment(memory, at, ORDER);
  }

  public static IntVector ints(MemorySegment memory, long at) {
    return IntVector.fromMemorySegment(I, memory, at, ORDER);
  }

  /// Signed bytes as floats. With four lanes it reads four bytes more than it uses.
  public static FloatVector bytes(MemorySegment memory, long at) {
    return (FloatVector)
        ByteVector.fromMemorySegment(B, memory, at, ORDER).convertShape(VectorOperators.B2F, F, 0);
  }

  /// Half-precision numbers, exactly, subnormal ones too; infinities become large finite numbers.
  public static FloatVector halves(MemorySegment memory, long at) {
    IntVector bits =
        (IntVector)
            ShortVector.fromMemorySegment(S, memory, at, ORDER)
                .convertShape(VectorOperators.S2I, I, 0);
    return bits.lanewise(VectorOperators.LSHL, 13)
        .and(0x8fffe000)
        .reinterpretAsFloats()
        .mul(HALF_REBIAS);
  }

  public static FloatVector bfloats(MemorySegment memory, long at) {
    IntVector bits =
        (IntVector)
            ShortVector.fromMemorySegment(S, memory, at, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
    return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /// The sum of products: in sixteen lanes and a fixed tree, then what is left over one by one.
  public static float dot(float[] a, int aAt, float[] b, int bAt, int count) {
    int whole = count - count % ROWS;
    float sum = COUNT == ROWS ? wideDot(a, aAt, b, bAt, whole) : narrowDot(a, aAt, b, bAt, whole);
    for (int i = whole; i < count; i++) {
      sum = Math.fma(a[aAt + i], b[bAt + i], sum);
    }
    return sum;
  }

  private static float wideDot(float[] a, int aAt, float[] b, int bAt, int count) {
    FloatVector sum = FloatVector.zero(F);
    for (int i = 0; i < count; i += ROWS) {
      sum = FloatVector.fromArray(F, a, aAt + i).fma(FloatVector.fromArray(F, b, bAt + i), sum);
    }
    return fold(sum);
  }

  private static float narrowDot(float[] a, int aAt, float[] b, int bAt, int count) {
    FloatVector total = products(a, aAt, b, bAt, count, 0).add(products(a, aAt, b, bAt, count, 8));
    if (COUNT == 4) {
      FloatVector odd = products(a, aAt, b, bAt, count, 4);
      total = total.add(odd.add(products(a, aAt, b, bAt, count, 12)));
    }
    return fold(total);
  }

  private static FloatVector products(float[] a, int aAt, float[] b, int bAt, int count, int lane) {
    FloatVector sum = FloatVector.zero(F);
    for (int i = lane; i < count; i += ROWS) {
      sum = FloatVector.fromArray(F, a, aAt + i).fma(FloatVector.fromArray(F, b, bAt + i), sum);
    }
    return sum;
  }

  /// The sum of numbers, in the order of [#dot].
  public static float sum(float[] a, int at, int count) {
    int whole = count - count % ROWS;
    float sum = COUNT == ROWS ? wideSum(a, at, whole) : narrowSum(a, at, whole);
    for (int i = whole; i < count; i++) {
      sum += a[at + i];
    }
    return sum;
  }

  /// The loop stands here and not in a method of its own: a vector that is returned by a call which
  /// the compiler does not inline is put on the heap.
  private static float wideSum(float[] a, int at, int count) {
    FloatVector sum = FloatVector.zero(F);
    for (int i = 0; i < count; i += ROWS) {
      sum = sum.add(FloatVector.fromArray(F, a, at + i));
    }
    return fold(sum);
  }

  private static float narrowSum(float[] a, int at, int count) {
    FloatVector total = sums(a, at, count, 0).add(sums(a, at, count, 8));
    if (COUNT == 4) {
      total = total.add(sums(a, at, count, 4).add(sums(a, at, count, 12)));
    }
    return fold(total);
  }

  private static FloatVector sums(float[] a, int at, int count, int lane) {
    FloatVector sum = FloatVector.zero(F);
    for (int i = lane; i < count; i += ROWS) {
      sum = sum.add(FloatVector.fromArray(F, a, at + i));
    }
    return sum;
  }

  /// Adds the lanes of one vector, halves first; of narrow machines the caller has added the
  /// vectors in the same tree.
  public static float fold(FloatVector v) {
    FloatVector folded = v;
    if (COUNT >= 16) {
      folded = folded.add(folded.rearrange(BY_EIGHT));
    }
    if (COUNT >= 8) {
      folded = folded.add(folded.rearrange(BY_FOUR));
    }
    folded = folded.add(folded.rearrange(BY_TWO));
    return folded.add(folded.rearrange(BY_ONE)).lane(0);
  }

  /// Adds sixteen numbers by the same tree. One by one, because the turns of a single vector wait
  /// for each other.
  public static float fold(float[] a, int at) {
    float even = quarter(a, at) + quarter(a, at + 2);
    return even + (quarter(a, at + 1) + quarter(a, at + 3));
  }

  private static float quarter(float[] a, int at) {
    return a[at] + a[at + 8] + (a[at + 4] + a[at + 12]);
  }

  /// The largest absolute value.
  public static float largest(float[] a, int at, int count) {
    FloatVector most = FloatVector.zero(F);
    int i = 0;
    for (; i + COUNT <= count; i += COUNT) {
      most = most.max(FloatVector.fromArray(F, a, at + i).abs());
    }
    float result = most.reduceLanes(VectorOperators.MAX);
    for (; i < count; i++) {
      result = Math.max(result, Math.abs(a[at + i]));
    }
    return result;
  }

  /// The largest value.
  public static float most(float[] a, int at, int count) {
    FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i + COUNT <= count; i += COUNT) {
      most = most.max(FloatVector.fromArray(F, a, at + i));
    }
    float result = most.reduceLanes(VectorOperators.MAX);
    for (; i < count; i++) {
      result = Math.max(result, a[at + i]);
    }
    return result;
  }
}
