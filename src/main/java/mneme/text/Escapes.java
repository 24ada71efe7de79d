package mneme.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import mneme.format.ModelFormatException;

/// Token texts of RWKV World, which write bytes the way Python does: `\n`, `\\`, `\xff`.
final class Escapes {
  private Escapes() {}

  /// @throws ModelFormatException if `\x` is not followed by two hexadecimal digits
  static byte[] bytes(String token) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < token.length()) {
      int c = token.codePointAt(at);
      at += Character.charCount(c);
      if (c != '\\' || at == token.length()) {
        out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      char kind = token.charAt(at++);
      switch (kind) {
        case 't' -> out.write('\t');
        case 'n' -> out.write('\n');
        case 'r' -> out.write('\r');
        case 'x' -> {
          out.write(hex(token, at));
          at += 2;
        }
        default -> out.writeBytes(String.valueOf(kind).getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  private static int hex(String token, int at) {
    int high = at + 1 < token.length() ? Character.digit(token.charAt(at), 16) : -1;
    int low = at + 1 < token.length() ? Character.digit(token.charAt(at + 1), 16) : -1;
    if (high < 0 || low < 0) {
      throw new ModelFormatException("token '" + token + "' has \\x without two hex digits");
    }
    return 16 * high + low;
  }
}
