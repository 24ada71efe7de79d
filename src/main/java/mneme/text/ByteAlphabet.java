package mneme.text;

import java.nio.charset.StandardCharsets;

/// The printable characters that stand for the 256 bytes in byte-level vocabularies: printable
/// Latin-1 for itself, the other bytes from U+0100 on (GPT-2).
final class ByteAlphabet {
  private static final char[] WRITTEN = new char[256];
  private static final int[] MEANT = new int[512];

  static {
    java.util.Arrays.fill(MEANT, -1);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174;
      WRITTEN[b] = (char) (printable ? b : next++);
      MEANT[WRITTEN[b]] = b;
    }
  }

  private ByteAlphabet() {}

  static char written(int value) {
    return WRITTEN[value & 0xff];
  }

  static String written(byte[] bytes) {
    char[] text = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      text[i] = written(bytes[i]);
    }
    return new String(text);
  }

  /// The bytes that a token means; a character of no byte means itself.
  static byte[] meant(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= MEANT.length || MEANT[c] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) MEANT[c];
    }
    return bytes;
  }
}
