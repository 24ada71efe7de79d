package mneme.format;

/// The K encodings: 256 elements to a block, in groups of 16 or 32 with small scales of their own,
/// all scaled once more by a half-precision number of the block.
final class KBlocks {
  private KBlocks() {}

  /// Bytes: 16 of scale and minimum nibbles, 64 of elements (2 bits), scale, minimum scale.
  static void q2(byte[] in, int p, float[] out, int o) {
    float scale = Blocks.half(in, p + 80);
    float least = Blocks.half(in, p + 82);
    for (int group = 0; group < 16; group++) {
      float step = scale * (in[p + group] & 15);
      float zero = least * (in[p + group] >> 4 & 15);
      int q = p + 16 + twoBitByte(group);
      int shift = twoBitShift(group);
      for (int l = 0; l < 16; l++) {
        out[o + 16 * group + l] = step * (in[q + l] >> shift & 3) - zero;
      }
    }
  }

  /// Bytes: 32 of third bits, 64 of two low bits, 12 of 6-bit scales, scale.
  static void q3(byte[] in, int p, float[] out, int o) {
    float scale = Blocks.half(in, p + 108);
    for (int group = 0; group < 16; group++) {
      int low = in[p + 96 + group % 8] >> 4 * (group / 8) & 15;
      int high = in[p + 104 + group % 4] >> 2 * (group / 4) & 3;
      float step = scale * ((low | high << 4) - 32);
      int q = p + 32 + twoBitByte(group);
      int shift = twoBitShift(group);
      int mask = p + 16 * (group % 2);
      for (int l = 0; l < 16; l++) {
        int third = (in[mask + l] >> group / 2 & 1) == 0 ? 4 : 0;
        out[o + 16 * group + l] = step * ((in[q + l] >> shift & 3) - third);
      }
    }
  }

  /// Bytes: scale, minimum scale, 12 of 6-bit scales and minima, 128 of nibbles.
  static void q4(byte[] in, int p, float[] out, int o) {
    float scale = Blocks.half(in, p);
    float least = Blocks.half(in, p + 2);
    for (int group = 0; group < 8; group++) {
      float step = scale * scaleOf(in, p + 4, group);
      float zero = least * leastOf(in, p + 4, group);
      int q = p + 16 + 32 * (group / 2);
      int shift = 4 * (group % 2);
      for (int l = 0; l < 32; l++) {
        out[o + 32 * group + l] = step * (in[q + l] >> shift & 15) - zero;
      }
    }
  }

  /// As [#q4] with 32 bytes of fifth bits before the nibbles.
  static void q5(byte[] in, int p, float[] out, int o) {
    float scale = Blocks.half(in, p);
    float least = Blocks.half(in, p + 2);
    for (int group = 0; group < 8; group++) {
      float step = scale * scaleOf(in, p + 4, group);
      float zero = least * leastOf(in, p + 4, group);
      int q = p + 48 + 32 * (group / 2);
      int shift = 4 * (group % 2);
      for (int l = 0; l < 32; l++) {
        int fifth = (in[p + 16 + l] >> group & 1) << 4;
        out[o + 32 * group + l] = step * (in[q + l] >> shift & 15 | fifth) - zero;
      }
    }
  }

  /// Bytes: 128 of four low bits, 64 of two high bits, 16 signed scales, scale.
  static void q6(byte[] in, int p, float[] out, int o) {
    float scale = Blocks.half(in, p + 208);
    for (int group = 0; group < 16; group++) {
      float step = scale * in[p + 192 + group];
      int low = p + 64 * (group / 8) + 16 * (group % 4);
      int lowShift = 4 * (group / 4 % 2);
      int high = p + 128 + 32 * (group / 8) + 16 * (group % 2);
      int highShift = 2 * (group / 2 % 4);
      for (int l = 0; l < 16; l++) {
        int q = in[low + l] >> lowShift & 15 | (in[high + l] >> highShift & 3) << 4;
        out[o + 16 * group + l] = step * (q - 32);
      }
    }
  }

  /// Two-bit elements: 128 elements to 32 bytes; 32 neighbours share a bit position.
  private static int twoBitByte(int group) {
    return 32 * (group / 8) + 16 * (group % 2);
  }

  private static int twoBitShift(int group) {
    return 2 * (group / 2 % 4);
  }

  private static int scaleOf(byte[] in, int p, int group) {
    return group < 4
        ? in[p + group] & 63
        : in[p + group + 4] & 15 | (in[p + group - 4] & 0xc0) >> 2;
  }

  private static int leastOf(byte[] in, int p, int group) {
    return group < 4
        ? in[p + group + 4] & 63
        : in[p + group + 4] >> 4 & 15 | (in[p + group] & 0xc0) >> 2;
  }
}
