package mneme.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Turns a stream of tokens into text that never shows half a character: bytes of an unfinished one
/// wait for the next token. Bytes that can become no character are shown as U+FFFD. Control tokens
/// are not shown. Serves one sequence.
public final class Detokenizer {
  /// The longest beginning of a character that is still unfinished.
  private static final int MAX_WAITING_BYTES = 3;

  private final Tokenizer tokenizer;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] waiting = new byte[0];
  private boolean dropsSpace;

  private Detokenizer(Tokenizer tokenizer, boolean dropsSpace) {
    this.tokenizer = tokenizer;
    this.dropsSpace = dropsSpace;
  }

  /// For tokens that continue a prompt: their first blank belongs to the text.
  public static Detokenizer continuing(Tokenizer tokenizer) {
    return new Detokenizer(tokenizer, false);
  }

  /// For the tokens of a whole text: the blank that encoding put before it is taken away.
  public static Detokenizer fromStart(Tokenizer tokenizer) {
    return new Detokenizer(tokenizer, tokenizer.putsSpaceBefore());
  }

  /// The text of a whole list of tokens, without control tokens.
  public static String decode(Tokenizer tokenizer, int[] ids) {
    Detokenizer detokenizer = fromStart(tokenizer);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(detokenizer.accept(id));
    }
    return text.append(detokenizer.flush()).toString();
  }

  /// The bytes of a list of tokens, control tokens as they are written.
  public static byte[] bytes(Tokenizer tokenizer, int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(tokenizer.bytes(id));
    }
    return bytes.toByteArray();
  }

  /// The characters that are whole now; often empty.
  public String accept(int id) {
    if (tokenizer.isControl(id)) {
      return "";
    }
    byte[] bytes = tokenizer.bytes(id);
    if (dropsSpace && bytes.length > 0) {
      dropsSpace = false;
      bytes = bytes[0] == ' ' ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }
    return decode(bytes, false);
  }

  /// What is left when no more tokens come: U+FFFD for an unfinished character, or nothing.
  public String flush() {
    String rest = decode(new byte[0], true);
    decoder.reset();
    return rest;
  }

  private String decode(byte[] more, boolean last) {
    ByteBuffer in = ByteBuffer.allocate(waiting.length + more.length);
    in.put(waiting).put(more).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.reset();
    decoder.decode(in, out, last);
    waiting = new byte[in.remaining()];
    in.get(waiting);
    assert waiting.length <= MAX_WAITING_BYTES : waiting.length + " bytes of one character";
    return out.flip().toString();
  }
}
