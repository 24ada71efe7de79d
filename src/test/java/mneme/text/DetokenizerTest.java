package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DetokenizerTest {
  /// Token n is byte n; 256 is a control token, 257 a blank and a letter.
  private static final class Bytes implements Tokenizer {
    @Override
    public int[] encode(String text, boolean special) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[bytes.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = bytes[i] & 0xff;
      }
      return ids;
    }

    @Override
    public byte[] bytes(int id) {
      return switch (id) {
        case 256 -> new byte[] {'<', 's', '>'};
        case 257 -> new byte[] {' ', 'a'};
        default -> new byte[] {(byte) id};
      };
    }

    @Override
    public boolean isControl(int id) {
      return id == 256;
    }

    @Override
    public Set<Integer> endIds() {
      return Set.of();
    }

    @Override
    public String bosText() {
      return "<s>";
    }

    @Override
    public String eosText() {
      return "";
    }

    @Override
    public int vocabulary() {
      return 258;
    }

    @Override
    public boolean putsSpaceBefore() {
      return true;
    }
  }

  private final Tokenizer bytes = new Bytes();

  @Test
  void halfACharacterWaits() {
    Detokenizer detokenizer = Detokenizer.continuing(bytes);
    StringBuilder seen = new StringBuilder();
    for (int id : bytes.encode("\ud83d\ude80!", false)) {
      seen.append('[').append(detokenizer.accept(id)).append(']');
    }
    assertThat(seen).hasToString("[][][][\ud83d\ude80][!]");
    assertThat(detokenizer.flush()).isEmpty();
  }

  @Test
  void anUnfinishedCharacterEndsAsReplacement() {
    Detokenizer detokenizer = Detokenizer.continuing(bytes);
    assertThat(detokenizer.accept(0xf0) + detokenizer.accept(0x9f)).isEmpty();
    assertThat(detokenizer.flush()).isEqualTo("\ufffd");
    assertThat(detokenizer.flush()).isEmpty();
  }

  @Test
  void theBlankBeforeAWholeTextIsTakenAwayOnce() {
    assertThat(Detokenizer.decode(bytes, new int[] {256, 257, 257})).isEqualTo("a a");
    assertThat(Detokenizer.continuing(bytes).accept(257)).isEqualTo(" a");
  }

  @Property
  void piecesTogetherAreTheWhole(@ForAll List<@IntRange(max = 257) Integer> ids) {
    Detokenizer detokenizer = Detokenizer.continuing(bytes);
    StringBuilder pieces = new StringBuilder();
    for (int id : ids) {
      String piece = detokenizer.accept(id);
      assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
          .isTrue();
      pieces.append(piece);
    }
    pieces.append(detokenizer.flush());
    int[] shown = ids.stream().mapToInt(id -> id).filter(id -> !bytes.isControl(id)).toArray();
    assertThat(pieces)
        .hasToString(new String(Detokenizer.bytes(bytes, shown), StandardCharsets.UTF_8));
  }

  @Property
  void onlyTheStartOfMultibyteCharactersWaits(
      @ForAll List<@IntRange(min = 0x80, max = 0xf4) Integer> ids) {
    Detokenizer detokenizer = Detokenizer.continuing(bytes);
    StringBuilder pieces = new StringBuilder();
    ids.forEach(id -> pieces.append(detokenizer.accept(id)));
    pieces.append(detokenizer.flush());
    int[] all = ids.stream().mapToInt(id -> id).toArray();
    assertThat(pieces)
        .hasToString(new String(Detokenizer.bytes(bytes, all), StandardCharsets.UTF_8));
  }
}
