package mneme.format;

/// The arithmetic of each encoding: blocks of bytes to floats. Formulae follow ggml's block layouts
/// (ggml-common.h, ggml-quants.c of llama.cpp).
final class Blocks {
  private Blocks() {}

  /// Decodes all of `in`, a whole number of blocks, into `out` from `at` on.
  static void decode(Encoding encoding, byte[] in, float[] out, int at) {
    int blocks = in.length / encoding.blockBytes();
    for (int b = 0; b < blocks; b++) {
      block(encoding, in, b * encoding.blockBytes(), out, at + b * encoding.blockElements());
    }
  }

  private static void block(Encoding encoding, byte[] in, int p, float[] out, int o) {
    switch (encoding) {
      case F32 -> out[o] = Float.intBitsToFloat(i32(in, p));
      case F16 -> out[o] = half(in, p);
      case BF16 -> out[o] = Float.intBitsToFloat(u16(in, p) << 16);
      case F64 -> out[o] = (float) Double.longBitsToDouble(i64(in, p));
      case I8 -> out[o] = in[p];
      case I16 -> out[o] = (short) u16(in, p);
      case I32 -> out[o] = i32(in, p);
      case I64 -> out[o] = i64(in, p);
      case Q4_0 -> q4(in, p, out, o);
      case Q4_1 -> q4WithLeast(in, p, out, o);
      case Q5_0 -> q5(in, p, out, o);
      case Q5_1 -> q5WithLeast(in, p, out, o);
      case Q8_0 -> q8(in, p, out, o);
      case Q2_K -> KBlocks.q2(in, p, out, o);
      case Q3_K -> KBlocks.q3(in, p, out, o);
      case Q4_K -> KBlocks.q4(in, p, out, o);
      case Q5_K -> KBlocks.q5(in, p, out, o);
      case Q6_K -> KBlocks.q6(in, p, out, o);
      case IQ4_NL -> table(in, p + 2, out, o, IQ4_LEVELS, half(in, p));
      case IQ4_XS -> iq4xs(in, p, out, o);
      case MXFP4 -> table(in, p + 1, out, o, FP4_LEVELS, halvedPowerOfTwo(in[p] & 0xff));
    }
  }

  /// The 16 uneven levels of the IQ4 encodings.
  private static final byte[] IQ4_LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  /// Twice the values of a 4-bit float with 2 exponent bits and 1 mantissa bit.
  private static final byte[] FP4_LEVELS = {
    0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12
  };

  static float half(byte[] in, int p) {
    return Float.float16ToFloat((short) u16(in, p));
  }

  static int u16(byte[] in, int p) {
    return (in[p] & 0xff) | (in[p + 1] & 0xff) << 8;
  }

  private static int i32(byte[] in, int p) {
    return u16(in, p) | u16(in, p + 2) << 16;
  }

  private static long i64(byte[] in, int p) {
    return (i32(in, p) & 0xffffffffL) | (long) i32(in, p + 4) << 32;
  }

  /// Scale, then 16 bytes: the low nibbles are elements 0 to 15, the high ones 16 to 31.
  private static void q4(byte[] in, int p, float[] out, int o) {
    float scale = half(in, p);
    for (int j = 0; j < 16; j++) {
      out[o + j] = ((in[p + 2 + j] & 15) - 8) * scale;
      out[o + j + 16] = ((in[p + 2 + j] >> 4 & 15) - 8) * scale;
    }
  }

  private static void q4WithLeast(byte[] in, int p, float[] out, int o) {
    float scale = half(in, p);
    float least = half(in, p + 2);
    for (int j = 0; j < 16; j++) {
      out[o + j] = (in[p + 4 + j] & 15) * scale + least;
      out[o + j + 16] = (in[p + 4 + j] >> 4 & 15) * scale + least;
    }
  }

  /// As [#q4] with the fifth bits of all 32 elements in four bytes before the nibbles.
  private static void q5(byte[] in, int p, float[] out, int o) {
    float scale = half(in, p);
    int fifths = i32(in, p + 2);
    for (int j = 0; j < 16; j++) {
      out[o + j] = ((in[p + 6 + j] & 15 | (fifths >> j & 1) << 4) - 16) * scale;
      out[o + j + 16] = ((in[p + 6 + j] >> 4 & 15 | (fifths >> j + 16 & 1) << 4) - 16) * scale;
    }
  }

  private static void q5WithLeast(byte[] in, int p, float[] out, int o) {
    float scale = half(in, p);
    float least = half(in, p + 2);
    int fifths = i32(in, p + 4);
    for (int j = 0; j < 16; j++) {
      out[o + j] = (in[p + 8 + j] & 15 | (fifths >> j & 1) << 4) * scale + least;
      out[o + j + 16] = (in[p + 8 + j] >> 4 & 15 | (fifths >> j + 16 & 1) << 4) * scale + least;
    }
  }

  private static void q8(byte[] in, int p, float[] out, int o) {
    float scale = half(in, p);
    for (int j = 0; j < 32; j++) {
      out[o + j] = in[p + 2 + j] * scale;
    }
  }

  private static void table(byte[] in, int q, float[] out, int o, byte[] levels, float scale) {
    for (int j = 0; j < 16; j++) {
      out[o + j] = scale * levels[in[q + j] & 15];
      out[o + j + 16] = scale * levels[in[q + j] >> 4 & 15];
    }
  }

  private static void iq4xs(byte[] in, int p, float[] out, int o) {
    float scale = half(in, p);
    int high = u16(in, p + 2);
    for (int b = 0; b < 8; b++) {
      int low = in[p + 4 + b / 2] >> 4 * (b % 2) & 15;
      int step = (low | (high >> 2 * b & 3) << 4) - 32;
      table(in, p + 8 + 16 * b, out, o + 32 * b, IQ4_LEVELS, scale * step);
    }
  }

  /// 2 to the power `exponent - 128`: half of the shared scale, because the levels are doubled.
  private static float halvedPowerOfTwo(int exponent) {
    return Float.intBitsToFloat(exponent < 2 ? 0x00200000 << exponent : exponent - 1 << 23);
  }
}
