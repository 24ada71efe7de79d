package mneme.text;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import mneme.format.ModelFormatException;

/// What each token of a vocabulary stands for.
final class TokenBytes {
  private TokenBytes() {}

  /// Normal tokens by their meaning, byte tokens as their byte, the others as they are written.
  static byte[][] of(Vocabulary vocabulary, Function<String, byte[]> meaning) {
    byte[][] bytes = new byte[vocabulary.size()][];
    for (int id = 0; id < bytes.length; id++) {
      String text = vocabulary.texts().get(id);
      bytes[id] =
          switch (vocabulary.kinds().get(id)) {
            case NORMAL -> meaning.apply(text);
            case BYTE -> new byte[] {byteOf(id, text)};
            case CONTROL, UNKNOWN, USER_DEFINED -> text.getBytes(StandardCharsets.UTF_8);
            case UNUSED -> new byte[0];
          };
    }
    return bytes;
  }

  /// The meaning of a token that writes blanks as U+2581.
  static byte[] spaced(String token) {
    return token.replace(CharacterSegmenter.BLANK, ' ').getBytes(StandardCharsets.UTF_8);
  }

  static boolean isByte(String text) {
    return text.length() == 6 && text.matches("<0x[0-9A-Fa-f]{2}>");
  }

  private static byte byteOf(int id, String text) {
    if (!isByte(text)) {
      throw new ModelFormatException("byte token " + id + " is '" + text + "', wanted <0xNN>");
    }
    return (byte) Integer.parseInt(text.substring(3, 5), 16);
  }
}
