package mneme.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// One element of an encoded array by its definition: slow, and written apart from the decoder.
final class ElementFormula {
  private static final int[] IQ4 = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };
  private static final double[] FP4 = {0, .5, 1, 1.5, 2, 3, 4, 6};

  private final ByteBuffer b;
  private final int i;

  private ElementFormula(ByteBuffer block, int element) {
    this.b = block;
    this.i = element;
  }

  static float at(Encoding encoding, byte[] bytes, int element) {
    int start = element / encoding.blockElements() * encoding.blockBytes();
    ByteBuffer block =
        ByteBuffer.wrap(bytes, start, encoding.blockBytes()).slice().order(ByteOrder.LITTLE_ENDIAN);
    return new ElementFormula(block, element % encoding.blockElements()).value(encoding);
  }

  private float value(Encoding encoding) {
    return switch (encoding) {
      case F32 -> b.getFloat(0);
      case F16 -> half(0);
      case BF16 -> Float.intBitsToFloat(u16(0) << 16);
      case F64 -> (float) b.getDouble(0);
      case I8 -> b.get(0);
      case I16 -> b.getShort(0);
      case I32 -> b.getInt(0);
      case I64 -> b.getLong(0);
      case Q4_0 -> (nibble(2) - 8) * half(0);
      case Q4_1 -> nibble(4) * half(0) + half(2);
      case Q5_0 -> (nibble(6) + 16 * bit(2, i) - 16) * half(0);
      case Q5_1 -> (nibble(8) + 16 * bit(4, i)) * half(0) + half(2);
      case Q8_0 -> b.get(2 + i) * half(0);
      case IQ4_NL -> half(0) * IQ4[nibble(2)];
      case MXFP4 -> mxfp4();
      case IQ4_XS -> iq4xs();
      case Q2_K ->
          (half(80) * bits(i / 16 * 8, 4)) * twoBits(16) - half(82) * bits(i / 16 * 8 + 4, 4);
      case Q3_K -> (half(108) * q3scale()) * (twoBits(32) + 4 * hmask() - 4);
      case Q4_K -> (half(0) * scale6(4)) * kNibble(16) - half(2) * min6(4);
      case Q5_K -> (half(0) * scale6(4)) * (kNibble(48) + 16 * fifth()) - half(2) * min6(4);
      case Q6_K -> (half(208) * b.get(192 + i / 16)) * q6();
    };
  }

  private float mxfp4() {
    int code = nibble(1);
    double magnitude = FP4[code & 7] * Math.scalb(1.0, (b.get(0) & 0xff) - 127);
    return (float) (code < 8 ? magnitude : -magnitude) + 0f;
  }

  private float iq4xs() {
    int group = i / 32;
    int scale = bits(32 + 4 * group, 4) + 16 * bits(16 + 2 * group, 2) - 32;
    int nibble = b.get(8 + 16 * group + i % 16) >> (i % 32 < 16 ? 0 : 4) & 15;
    return half(0) * scale * IQ4[nibble];
  }

  /// Element 128h + 32s + l: bits 2s of byte 32h + l.
  private int twoBits(int at) {
    return bits(8 * (at + i / 128 * 32 + i % 32) + 2 * (i % 128 / 32), 2);
  }

  private int hmask() {
    return bit(i % 32, i / 32);
  }

  private int q3scale() {
    int s = i / 16;
    return bits(8 * (96 + s % 8) + 4 * (s / 8), 4)
        + 16 * bits(8 * (104 + s % 4) + 2 * (s / 4), 2)
        - 32;
  }

  private int scale6(int at) {
    int s = i / 32;
    return s < 4
        ? bits(8 * (at + s), 6)
        : bits(8 * (at + 4 + s), 4) + 16 * bits(8 * (at + s - 4) + 6, 2);
  }

  private int min6(int at) {
    int s = i / 32;
    return s < 4
        ? bits(8 * (at + 4 + s), 6)
        : bits(8 * (at + 4 + s) + 4, 4) + 16 * bits(8 * (at + s) + 6, 2);
  }

  /// Element 64c + 32h + l: nibble h of byte 32c + l.
  private int kNibble(int at) {
    return bits(8 * (at + i / 64 * 32 + i % 32) + 4 * (i % 64 / 32), 4);
  }

  private int fifth() {
    return bit(16 + i % 32, i / 32);
  }

  private int q6() {
    int e = i % 128;
    int low = bits(8 * (64 * (i / 128) + e % 64) + 4 * (e / 64), 4);
    int high = bits(8 * (128 + 32 * (i / 128) + e % 32) + 2 * (e / 32), 2);
    return low + 16 * high - 32;
  }

  private int nibble(int at) {
    return b.get(at + i % 16) >> (i < 16 ? 0 : 4) & 15;
  }

  private int bit(int at, int n) {
    return bits(8 * at + n, 1);
  }

  private int bits(int first, int count) {
    return (b.get(first / 8) & 0xff) >> first % 8 & (1 << count) - 1;
  }

  private int u16(int at) {
    return b.getShort(at) & 0xffff;
  }

  private float half(int at) {
    return Float.float16ToFloat(b.getShort(at));
  }
}
