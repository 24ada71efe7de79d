package mneme.engine;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import mneme.text.Tokenizer;

/// Turns token ids into text, one after the other, in whole characters only. Bytes that can never
/// become a character are replaced by U+FFFD; control tokens have no text.
final class TextDecoder {
  private final Tokenizer tokenizer;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] open = {};

  TextDecoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  String add(int id) {
    return tokenizer.isControl(id) ? "" : decode(tokenizer.bytes(id), false);
  }

  /// What is still open will not be closed.
  String end() {
    return decode(new byte[0], true);
  }

  private String decode(byte[] more, boolean isLast) {
    byte[] joined = Arrays.copyOf(open, open.length + more.length);
    System.arraycopy(more, 0, joined, open.length, more.length);
    ByteBuffer in = ByteBuffer.wrap(joined);
    CharBuffer out = CharBuffer.allocate(joined.length + 1);
    utf8.decode(in, out, isLast);
    open = Arrays.copyOfRange(joined, in.position(), joined.length);
    return out.flip().toString();
  }
}
