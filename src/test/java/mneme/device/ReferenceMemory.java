package mneme.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;

/// Reads and writes a sequence's memory in the pool's bytes. Inside a page a need's rows lie token
/// by token, head by head; a state is f32 values in the order that its op's doc gives.
final class ReferenceMemory {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfShort F16 = ValueLayout.JAVA_SHORT_UNALIGNED;

  private final MemoryPlan plan;
  private final MemorySegment bytes;

  ReferenceMemory(MemoryPlan plan, DevicePool pool) {
    this.plan = plan;
    this.bytes = ((ReferencePool) pool).bytes;
  }

  /// State of `need`; zeros for a span that starts at position 0.
  double[] state(int need, MemoryNeed.State shape, Span span) {
    double[] state = new double[Math.toIntExact(shape.floats())];
    if (span.start() > 0) {
      long at = span.memory().state(((MemoryPlan.Place.InBlock) plan.places().get(need)).state());
      for (int i = 0; i < state.length; i++) {
        state[i] = bytes.get(F32, at + 4L * i);
      }
    }
    return state;
  }

  void keep(int need, Span span, double[] state) {
    long at = span.memory().state(((MemoryPlan.Place.InBlock) plan.places().get(need)).state());
    for (int i = 0; i < state.length; i++) {
      bytes.set(F32, at + 4L * i, (float) state[i]);
    }
  }

  double[] key(int need, MemoryNeed.Kv kv, LeaseView lease, int position, int head) {
    int rowBytes = KvEncoding.rowBytes(plan.encoding().keys(), kv.keyWidth());
    long at = place(need).keysAt() + row(need, kv, lease, position, head, rowBytes);
    return read(plan.encoding().keys(), at, kv.keyWidth());
  }

  double[] value(int need, MemoryNeed.Kv kv, LeaseView lease, int position, int head) {
    int rowBytes = KvEncoding.rowBytes(plan.encoding().values(), kv.valueWidth());
    long at = place(need).valuesAt() + row(need, kv, lease, position, head, rowBytes);
    return read(plan.encoding().values(), at, kv.valueWidth());
  }

  void keepKey(int need, MemoryNeed.Kv kv, ReferenceRow row, double[] heads) {
    Encoding encoding = plan.encoding().keys();
    int rowBytes = KvEncoding.rowBytes(encoding, kv.keyWidth());
    for (int head = 0; head < kv.heads(); head++) {
      long at =
          place(need).keysAt() + row(need, kv, row.span().memory(), row.position(), head, rowBytes);
      write(encoding, at, heads, head * kv.keyWidth(), kv.keyWidth());
    }
  }

  void keepValue(int need, MemoryNeed.Kv kv, ReferenceRow row, double[] heads) {
    Encoding encoding = plan.encoding().values();
    int rowBytes = KvEncoding.rowBytes(encoding, kv.valueWidth());
    for (int head = 0; head < kv.heads(); head++) {
      long at =
          place(need).valuesAt()
              + row(need, kv, row.span().memory(), row.position(), head, rowBytes);
      write(encoding, at, heads, head * kv.valueWidth(), kv.valueWidth());
    }
  }

  private MemoryPlan.Place.InPage place(int need) {
    return (MemoryPlan.Place.InPage) plan.places().get(need);
  }

  private long row(
      int need, MemoryNeed.Kv kv, LeaseView lease, int position, int head, int rowBytes) {
    long page = lease.page(place(need).group(), position / plan.pageTokens());
    return page + ((long) (position % plan.pageTokens()) * kv.heads() + head) * rowBytes;
  }

  private double[] read(Encoding encoding, long at, int width) {
    double[] row = new double[width];
    for (int i = 0; i < width; i++) {
      row[i] =
          switch (encoding) {
            case F32 -> bytes.get(F32, at + 4L * i);
            case F16 -> Float.float16ToFloat(bytes.get(F16, at + 2L * i));
            case BF16 -> Float.intBitsToFloat(bytes.get(F16, at + 2L * i) << 16);
            default ->
                bytes.get(ValueLayout.JAVA_BYTE, at + i)
                    * (double) Float.float16ToFloat(bytes.get(F16, at + width + i / 32 * 2L));
          };
    }
    return row;
  }

  private void write(Encoding encoding, long at, double[] from, int offset, int width) {
    for (int i = 0; i < width; i++) {
      float x = (float) from[offset + i];
      switch (encoding) {
        case F32 -> bytes.set(F32, at + 4L * i, x);
        case F16 -> bytes.set(F16, at + 2L * i, Float.floatToFloat16(x));
        case BF16 -> bytes.set(F16, at + 2L * i, bf16(x));
        default -> {
          short scale = scale(from, offset, i / 32 * 32, width);
          bytes.set(F16, at + width + i / 32 * 2L, scale);
          float d = Float.float16ToFloat(scale);
          bytes.set(ValueLayout.JAVA_BYTE, at + i, (byte) (d == 0 ? 0 : Math.rint(x / d)));
        }
      }
    }
  }

  private static short scale(double[] from, int offset, int block, int width) {
    double largest = 0;
    for (int i = block; i < Math.min(block + 32, width); i++) {
      largest = Math.max(largest, Math.abs(from[offset + i]));
    }
    return Float.floatToFloat16((float) (largest / 127));
  }

  /// Round to nearest, ties to even.
  private static short bf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
