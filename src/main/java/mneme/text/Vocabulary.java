package mneme.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mneme.format.ModelFormatException;

/// The tokens of a model: their texts, what they are for, and the ids of their texts.
record Vocabulary(List<String> texts, List<TokenKind> kinds, Map<String, Integer> ids) {
  private static final int MAX_TOKEN_CHARS = 65_536;

  Vocabulary {
    texts = List.copyOf(texts);
    kinds = List.copyOf(kinds);
  }

  /// @throws ModelFormatException if a text is too long or stands for two tokens
  static Vocabulary of(List<String> texts, List<TokenKind> kinds) {
    Map<String, Integer> ids = HashMap.newHashMap(texts.size());
    for (int id = 0; id < texts.size(); id++) {
      String text = texts.get(id);
      if (text.length() > MAX_TOKEN_CHARS) {
        throw new ModelFormatException(
            "token " + id + " has " + text.length() + " characters, at most " + MAX_TOKEN_CHARS);
      }
      Integer earlier = ids.putIfAbsent(text, id);
      // Texts that are no UTF-8 look alike after decoding and are told apart by their ids only.
      if (earlier != null && !text.isEmpty() && text.indexOf(0xfffd) < 0) {
        throw new ModelFormatException(
            "tokens " + earlier + " and " + id + " have the same text '" + text + "'");
      }
    }
    return new Vocabulary(texts, kinds, ids);
  }

  int size() {
    return texts.size();
  }

  /// The id of a text, -1 if it is no token.
  int id(String text) {
    return ids.getOrDefault(text, -1);
  }

  /// The id of the token `<0xNN>` that stands for one byte, -1 if there is none.
  int byteId(byte value) {
    return id("<0x%02X>".formatted(value & 0xff));
  }
}
