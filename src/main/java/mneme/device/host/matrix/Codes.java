package mneme.device.host.matrix;

import mneme.format.Encoding;

/// One block of a quantized row taken apart: small integers, and what scales them. Layouts follow
/// ggml's block structures (ggml-common.h of llama.cpp); [mneme.format.Decoder] multiplies the same
/// parts out.
final class Codes {
  /// Nibbles or signed bytes, one a column.
  final byte[] numbers = new byte[256];

  /// Scale and least value as bits of a 16-bit float, of the whole block.
  short scale;

  short least;

  /// Small scales and least values of parts of the block.
  final byte[] scales = new byte[16];

  final byte[] leasts = new byte[16];

  void read(Encoding encoding, byte[] in, int p) {
    switch (encoding) {
      case Q8_0 -> q8(in, p);
      case Q4_0, IQ4_NL -> nibbles(in, p, 2);
      case Q4_1 -> nibblesWithLeast(in, p);
      case MXFP4 -> mxfp4(in, p);
      case Q5_0 -> q5(in, p);
      case Q5_1 -> q5WithLeast(in, p);
      case Q2_K -> q2k(in, p);
      case Q3_K -> q3k(in, p);
      case Q4_K -> q4k(in, p);
      case Q5_K -> q5k(in, p);
      case Q6_K -> q6k(in, p);
      case IQ4_XS -> iq4xs(in, p);
      case F32, F16, BF16, F64, I8, I16, I32, I64 ->
          throw new IllegalArgumentException(encoding + " has no blocks");
    }
  }

  private static short u16(byte[] in, int p) {
    return (short) ((in[p] & 0xff) | in[p + 1] << 8);
  }

  private static int i32(byte[] in, int p) {
    return (u16(in, p) & 0xffff) | u16(in, p + 2) << 16;
  }

  private void q8(byte[] in, int p) {
    scale = u16(in, p);
    System.arraycopy(in, p + 2, numbers, 0, 32);
  }

  private void nibbles(byte[] in, int p, int at) {
    scale = u16(in, p);
    split(in, p + at, 0);
  }

  /// 16 bytes: low nibbles are columns 0 to 15, high ones 16 to 31.
  private void split(byte[] in, int p, int at) {
    for (int j = 0; j < 16; j++) {
      numbers[at + j] = (byte) (in[p + j] & 15);
      numbers[at + j + 16] = (byte) (in[p + j] >> 4 & 15);
    }
  }

  private void nibblesWithLeast(byte[] in, int p) {
    least = u16(in, p + 2);
    nibbles(in, p, 4);
  }

  /// The scale is a power of two, halved because the levels are doubled; as a bfloat it is exact.
  private void mxfp4(byte[] in, int p) {
    int exponent = in[p] & 0xff;
    scale = (short) ((exponent < 2 ? 0x00200000 << exponent : exponent - 1 << 23) >> 16);
    split(in, p + 1, 0);
  }

  private void q5(byte[] in, int p) {
    nibbles(in, p, 6);
    fifths(i32(in, p + 2), 16);
  }

  private void q5WithLeast(byte[] in, int p) {
    least = u16(in, p + 2);
    nibbles(in, p, 8);
    fifths(i32(in, p + 4), 0);
  }

  private void fifths(int bits, int offset) {
    for (int j = 0; j < 32; j++) {
      numbers[j] = (byte) ((numbers[j] | (bits >> j & 1) << 4) - offset);
    }
  }

  private void q2k(byte[] in, int p) {
    scale = u16(in, p + 80);
    least = u16(in, p + 82);
    for (int group = 0; group < 16; group++) {
      scales[group] = (byte) (in[p + group] & 15);
      leasts[group] = (byte) (in[p + group] >> 4 & 15);
      twoBits(in, p + 16, group);
    }
  }

  private void twoBits(byte[] in, int p, int group) {
    int q = p + 32 * (group / 8) + 16 * (group % 2);
    int shift = 2 * (group / 2 % 4);
    for (int l = 0; l < 16; l++) {
      numbers[16 * group + l] = (byte) (in[q + l] >> shift & 3);
    }
  }

  /// Numbers 0 to 7; the levels take 4 off.
  private void q3k(byte[] in, int p) {
    scale = u16(in, p + 108);
    for (int group = 0; group < 16; group++) {
      int low = in[p + 96 + group % 8] >> 4 * (group / 8) & 15;
      int high = in[p + 104 + group % 4] >> 2 * (group / 4) & 3;
      scales[group] = (byte) ((low | high << 4) - 32);
      twoBits(in, p + 32, group);
      for (int l = 0; l < 16; l++) {
        numbers[16 * group + l] |= (byte) ((in[p + 16 * (group % 2) + l] >> group / 2 & 1) << 2);
      }
    }
  }

  private void q4k(byte[] in, int p) {
    scalesAndLeasts(in, p);
    for (int pair = 0; pair < 4; pair++) {
      for (int l = 0; l < 32; l++) {
        numbers[64 * pair + l] = (byte) (in[p + 16 + 32 * pair + l] & 15);
        numbers[64 * pair + 32 + l] = (byte) (in[p + 16 + 32 * pair + l] >> 4 & 15);
      }
    }
  }

  private void q5k(byte[] in, int p) {
    scalesAndLeasts(in, p);
    for (int group = 0; group < 8; group++) {
      int q = p + 48 + 32 * (group / 2);
      int shift = 4 * (group % 2);
      for (int l = 0; l < 32; l++) {
        int fifth = (in[p + 16 + l] >> group & 1) << 4;
        numbers[32 * group + l] = (byte) (in[q + l] >> shift & 15 | fifth);
      }
    }
  }

  /// 12 bytes of eight 6-bit scales and eight 6-bit minima.
  private void scalesAndLeasts(byte[] in, int p) {
    scale = u16(in, p);
    least = u16(in, p + 2);
    for (int g = 0; g < 4; g++) {
      scales[g] = (byte) (in[p + 4 + g] & 63);
      leasts[g] = (byte) (in[p + 8 + g] & 63);
      scales[g + 4] = (byte) (in[p + 12 + g] & 15 | (in[p + 4 + g] & 0xc0) >> 2);
      leasts[g + 4] = (byte) (in[p + 12 + g] >> 4 & 15 | (in[p + 8 + g] & 0xc0) >> 2);
    }
  }

  private void q6k(byte[] in, int p) {
    scale = u16(in, p + 208);
    for (int group = 0; group < 16; group++) {
      scales[group] = in[p + 192 + group];
      int low = p + 64 * (group / 8) + 16 * (group % 4);
      int lowShift = 4 * (group / 4 % 2);
      int high = p + 128 + 32 * (group / 8) + 16 * (group % 2);
      int highShift = 2 * (group / 2 % 4);
      for (int l = 0; l < 16; l++) {
        int q = in[low + l] >> lowShift & 15 | (in[high + l] >> highShift & 3) << 4;
        numbers[16 * group + l] = (byte) (q - 32);
      }
    }
  }

  private void iq4xs(byte[] in, int p) {
    scale = u16(in, p);
    int high = u16(in, p + 2);
    for (int b = 0; b < 8; b++) {
      int low = in[p + 4 + b / 2] >> 4 * (b % 2) & 15;
      scales[b] = (byte) ((low | (high >> 2 * b & 3) << 4) - 32);
      split(in, p + 8 + 16 * b, 32 * b);
    }
  }
}
