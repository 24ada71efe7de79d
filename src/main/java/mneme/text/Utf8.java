package mneme.text;

import java.util.Arrays;

/// Between code points and their bytes.
final class Utf8 {
  private static final int REPLACEMENT = 0xfffd;

  private Utf8() {}

  /// The code points of `text`; half a surrogate pair becomes U+FFFD.
  static int[] codePoints(String text) {
    return text.codePoints().map(c -> c >= 0xd800 && c <= 0xdfff ? REPLACEMENT : c).toArray();
  }

  static byte[] encode(int[] text, int from, int to) {
    byte[] bytes = new byte[(to - from) * 4];
    int at = 0;
    for (int i = from; i < to; i++) {
      at = encode(text[i], bytes, at);
    }
    return Arrays.copyOf(bytes, at);
  }

  static byte[] encode(int codePoint) {
    return encode(new int[] {codePoint}, 0, 1);
  }

  private static int encode(int c, byte[] out, int start) {
    int at = start;
    if (c < 0x80) {
      out[at++] = (byte) c;
    } else if (c < 0x800) {
      out[at++] = (byte) (0xc0 | c >> 6);
      out[at++] = (byte) (0x80 | c & 63);
    } else if (c < 0x10000) {
      out[at++] = (byte) (0xe0 | c >> 12);
      out[at++] = (byte) (0x80 | c >> 6 & 63);
      out[at++] = (byte) (0x80 | c & 63);
    } else {
      out[at++] = (byte) (0xf0 | c >> 18);
      out[at++] = (byte) (0x80 | c >> 12 & 63);
      out[at++] = (byte) (0x80 | c >> 6 & 63);
      out[at++] = (byte) (0x80 | c & 63);
    }
    return at;
  }
}
