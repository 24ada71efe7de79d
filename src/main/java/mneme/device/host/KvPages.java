package mneme.device.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import mneme.device.host.machine.Lanes;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;

/// The rows of one half of a KV cache (keys or values) inside a page. Keys lie dimension by
/// dimension (`[head][dimension][token]`), so that one vector holds one dimension of many tokens;
/// values lie token by token (`[head][token][dimension]`). The f16 scales of Q8_0 follow all
/// numbers, in the same order with one of them for 32 dimensions.
final class KvPages {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int BLOCK = 32;

  private final Encoding encoding;
  private final boolean byDimension;
  private final int heads;
  private final int width;
  private final int tokens;
  private final int blocks;
  private final long scalesAt;

  /// @param byDimension true for keys
  /// @param tokens tokens of a page
  KvPages(Encoding encoding, boolean byDimension, int heads, int width, int tokens) {
    KvEncoding.rowBytes(encoding, width);
    this.encoding = encoding;
    this.byDimension = byDimension;
    this.heads = heads;
    this.width = width;
    this.tokens = tokens;
    blocks = (width + BLOCK - 1) / BLOCK;
    scalesAt = (long) heads * width * tokens;
  }

  /// Puts the row of one head and token, `from[at ..]`, into the part of a page that begins at
  /// `page`.
  void write(MemorySegment pool, long page, int head, int token, float[] from, int at) {
    for (int b = 0; b < width; b += BLOCK) {
      int count = Math.min(BLOCK, width - b);
      if (encoding == Encoding.Q8_0) {
        writeBlock(pool, page, head, token, b, from, at + b, count);
      } else {
        for (int d = b; d < b + count; d++) {
          put(pool, page, index(head, token, d), from[at + d]);
        }
      }
    }
  }

  private long index(int head, int token, int dimension) {
    return byDimension
        ? ((long) head * width + dimension) * tokens + token
        : ((long) head * tokens + token) * width + dimension;
  }

  private void put(MemorySegment pool, long page, long index, float x) {
    switch (encoding) {
      case F32 -> pool.set(FLOAT, page + 4 * index, x);
      case F16 -> pool.set(SHORT, page + 2 * index, Float.floatToFloat16(x));
      default -> pool.set(SHORT, page + 2 * index, bfloat(x));
    }
  }

  /// The upper half of the bits, rounded half to even; a NaN stays one.
  private static short bfloat(float x) {
    int bits = Float.floatToRawIntBits(x);
    int rounded = bits + 0x7fff + (bits >>> 16 & 1);
    return (short) ((Float.isNaN(x) ? bits | 0x400000 : rounded) >>> 16);
  }

  private void writeBlock(
      MemorySegment pool,
      long page,
      int head,
      int token,
      int dimension,
      float[] from,
      int at,
      int count) {
    short half = Float.floatToFloat16(Lanes.largest(from, at, count) / 127);
    float scale = Float.float16ToFloat(half);
    float inverse = scale > 0 ? 1 / scale : 0;
    for (int i = 0; i < count; i++) {
      float level = Math.clamp((float) Math.rint(from[at + i] * inverse), -127, 127);
      pool.set(ValueLayout.JAVA_BYTE, page + index(head, token, dimension + i), (byte) level);
    }
    pool.set(SHORT, page + scalesAt + 2 * scaleIndex(head, token, dimension / BLOCK), half);
  }

  private long scaleIndex(int head, int token, int block) {
    return byDimension
        ? ((long) head * blocks + block) * tokens + token
        : ((long) head * tokens + token) * blocks + block;
  }

  /// Expands one head of a page to floats: keys to `[dimension][token]`, values to
  /// `[token][dimension]` of the first `count` tokens.
  void read(MemorySegment pool, long page, int head, int count, float[] out) {
    long first = (long) head * width * tokens;
    int numbers = byDimension ? width * tokens : width * count;
    switch (encoding) {
      case F32 -> floats(pool, page + 4 * first, numbers, out);
      case F16 -> halves(pool, page + 2 * first, numbers, out);
      case BF16 -> bfloats(pool, page + 2 * first, numbers, out);
      default -> {
        bytes(pool, page + first, numbers, out);
        if (byDimension) {
          scaleKeys(pool, page, head, out);
        } else {
          scaleValues(pool, page, head, count, out);
        }
      }
    }
  }

  private static void floats(MemorySegment pool, long at, int numbers, float[] out) {
    MemorySegment.copy(pool, FLOAT, at, out, 0, numbers);
  }

  private static void halves(MemorySegment pool, long at, int numbers, float[] out) {
    int i = 0;
    for (; i + Lanes.COUNT <= numbers; i += Lanes.COUNT) {
      Lanes.halves(pool, at + 2L * i).intoArray(out, i);
    }
    for (; i < numbers; i++) {
      out[i] = Float.float16ToFloat(pool.get(SHORT, at + 2L * i));
    }
  }

  private static void bfloats(MemorySegment pool, long at, int numbers, float[] out) {
    int i = 0;
    for (; i + Lanes.COUNT <= numbers; i += Lanes.COUNT) {
      Lanes.bfloats(pool, at + 2L * i).intoArray(out, i);
    }
    for (; i < numbers; i++) {
      out[i] = Float.intBitsToFloat(pool.get(SHORT, at + 2L * i) << 16);
    }
  }

  private static void bytes(MemorySegment pool, long at, int numbers, float[] out) {
    int i = 0;
    for (; i + Lanes.COUNT <= numbers; i += Lanes.COUNT) {
      Lanes.bytes(pool, at + i).intoArray(out, i);
    }
    for (; i < numbers; i++) {
      out[i] = pool.get(ValueLayout.JAVA_BYTE, at + i);
    }
  }

  private void scaleKeys(MemorySegment pool, long page, int head, float[] out) {
    for (int d = 0; d < width; d++) {
      long at = page + scalesAt + 2 * scaleIndex(head, 0, d / BLOCK);
      int t = 0;
      for (; t + Lanes.COUNT <= tokens; t += Lanes.COUNT) {
        int to = d * tokens + t;
        Lanes.halves(pool, at + 2L * t)
            .mul(jdk.incubator.vector.FloatVector.fromArray(Lanes.F, out, to))
            .intoArray(out, to);
      }
      for (; t < tokens; t++) {
        out[d * tokens + t] *= Float.float16ToFloat(pool.get(SHORT, at + 2L * t));
      }
    }
  }

  private void scaleValues(MemorySegment pool, long page, int head, int count, float[] out) {
    for (int t = 0; t < count; t++) {
      long at = page + scalesAt + 2 * scaleIndex(head, t, 0);
      for (int b = 0; b < blocks; b++) {
        float scale = Float.float16ToFloat(pool.get(SHORT, at + 2L * b));
        int end = Math.min(width, (b + 1) * BLOCK);
        for (int d = b * BLOCK; d < end; d++) {
          out[t * width + d] *= scale;
        }
      }
    }
  }
}
