package mneme.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import mneme.format.ModelFormatException;

/// The tokens of a `tokenizer.json`: those of its model and those that were added to it. Ids that
/// the model computes scores for but that stand for nothing are filled up with empty tokens.
record HuggingFaceVocabulary(Vocabulary vocabulary, List<Double> scores, List<Added> added) {
  private static final int MOST_TOKENS = 16 << 20;

  /// A token that is found in text as it is written.
  record Added(int id, String text, WrittenTokens.Blanks blanks) {}

  /// @param rows the number of ids that the model computes scores for
  static HuggingFaceVocabulary of(JsonNode file, int rows) {
    JsonNode model = file.path("model");
    JsonNode vocab = model.path("vocab");
    List<Added> added = new ArrayList<>();
    int size = Math.max(rows, vocab.size());
    for (JsonNode token : file.path("added_tokens")) {
      int id = id(token.path("id"));
      added.add(new Added(id, token.path("content").asText(), blanks(token)));
      size = Math.max(size, id + 1);
    }
    for (Map.Entry<String, JsonNode> token : vocab.properties()) {
      size = Math.max(size, id(token.getValue()) + 1);
    }
    if (size == 0 || size > MOST_TOKENS) {
      throw new ModelFormatException(
          "tokenizer.json has " + size + " tokens, 1 to " + MOST_TOKENS + " are allowed");
    }
    List<String> texts = new ArrayList<>(Collections.nCopies(size, ""));
    List<TokenKind> kinds = new ArrayList<>(Collections.nCopies(size, TokenKind.UNUSED));
    List<Double> scores = new ArrayList<>();
    fill(vocab, texts, kinds, scores);
    for (int id = 0; model.path("byte_fallback").asBoolean() && id < size; id++) {
      if (TokenBytes.isByte(texts.get(id))) {
        kinds.set(id, TokenKind.BYTE);
      }
    }
    mark(file, texts, kinds);
    return new HuggingFaceVocabulary(Vocabulary.of(texts, kinds), scores, added);
  }

  private static void fill(
      JsonNode vocab, List<String> texts, List<TokenKind> kinds, List<Double> scores) {
    for (Map.Entry<String, JsonNode> token : vocab.properties()) {
      texts.set(token.getValue().asInt(), token.getKey());
      kinds.set(token.getValue().asInt(), TokenKind.NORMAL);
    }
    if (vocab.isArray()) {
      for (JsonNode piece : vocab) {
        texts.set(scores.size(), piece.path(0).asText());
        kinds.set(scores.size(), TokenKind.NORMAL);
        scores.add(piece.path(1).asDouble());
      }
    }
  }

  private static void mark(JsonNode file, List<String> texts, List<TokenKind> kinds) {
    int unknown = texts.indexOf(file.path("model").path("unk_token").asText("\0"));
    unknown = file.path("model").path("unk_id").asInt(unknown);
    if (unknown >= 0 && unknown < kinds.size()) {
      kinds.set(unknown, TokenKind.UNKNOWN);
    }
    for (JsonNode token : file.path("added_tokens")) {
      int id = token.path("id").asInt();
      texts.set(id, token.path("content").asText());
      kinds.set(id, token.path("special").asBoolean() ? TokenKind.CONTROL : TokenKind.USER_DEFINED);
    }
  }

  private static int id(JsonNode id) {
    if (!id.canConvertToInt() || id.asInt(-1) < 0 || id.asInt() >= MOST_TOKENS) {
      throw new ModelFormatException("tokenizer.json gives a token the id " + id);
    }
    return id.asInt();
  }

  private static WrittenTokens.Blanks blanks(JsonNode token) {
    boolean before = token.path("lstrip").asBoolean();
    boolean after = token.path("rstrip").asBoolean();
    if (before && after) {
      return WrittenTokens.Blanks.EATEN_AROUND;
    }
    return before
        ? WrittenTokens.Blanks.EATEN_BEFORE
        : after ? WrittenTokens.Blanks.EATEN_AFTER : WrittenTokens.Blanks.KEPT;
  }
}
