package mneme.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Finds the tokens that end an answer. Files name some of them by key; the others are known by
/// their texts, as in llama.cpp.
final class EndTokens {
  private static final Set<String> ENDS =
      Set.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|return|>",
          "<|call|>",
          "<|flush|>",
          "<|calls|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "</s>",
          "<|eom_id|>",
          "<EOT>",
          "_<EOT>",
          "[EOT]",
          "[EOS]",
          "<|end_of_text|>",
          "<end_of_utterance>",
          "<eos>",
          "<turn|>",
          "<|tool_response>",
          "<\uff5cend\u2581of\u2581sentence\uff5c>",
          "[e~[",
          "<|fim_pad|>",
          "<fim-pad>",
          "<fim_pad>",
          "<PAD>",
          "[PAD]",
          "<|fim_repo|>",
          "<|repo_name|>",
          "<fim-repo>",
          "<REPO>",
          "<reponame>",
          "<|file_sep|>");

  /// Marks of a channelled answer, which readers of the stream have to see.
  private static final Set<String> SHOWN =
      Set.of("<|channel|>", "<|message|>", "<|start|>", "<|constrain|>");

  private EndTokens() {}

  /// The vocabulary with end tokens marked as control tokens, and their ids.
  record Marked(Vocabulary vocabulary, Set<Integer> ends) {}

  /// @param named ids that the file names as ends
  static Marked mark(Vocabulary vocabulary, Set<Integer> named) {
    Set<Integer> ends = new HashSet<>(named);
    List<TokenKind> kinds = new ArrayList<>(vocabulary.kinds());
    for (String text : ENDS) {
      int id = vocabulary.id(text);
      if (id >= 0) {
        ends.add(id);
        kinds.set(id, TokenKind.CONTROL);
      }
    }
    for (String text : SHOWN) {
      int id = vocabulary.id(text);
      if (id >= 0) {
        kinds.set(id, TokenKind.USER_DEFINED);
      }
    }
    removeInnerEnds(vocabulary, ends, kinds);
    return new Marked(Vocabulary.of(vocabulary.texts(), kinds), Set.copyOf(ends));
  }

  /// In channelled answers `<|end|>` ends a part only, and beside tool responses `</s>` is text.
  private static void removeInnerEnds(
      Vocabulary vocabulary, Set<Integer> ends, List<TokenKind> kinds) {
    boolean calls = has(vocabulary, ends, "<|call|>") || has(vocabulary, ends, "<|calls|>");
    boolean returns = has(vocabulary, ends, "<|return|>") || has(vocabulary, ends, "<|flush|>");
    if (calls && returns && has(vocabulary, ends, "<|end|>")) {
      ends.remove(vocabulary.id("<|end|>"));
      kinds.set(vocabulary.id("<|end|>"), TokenKind.USER_DEFINED);
    }
    if (has(vocabulary, ends, "<|tool_response>") && has(vocabulary, ends, "</s>")) {
      ends.remove(vocabulary.id("</s>"));
      kinds.set(vocabulary.id("</s>"), TokenKind.NORMAL);
    }
  }

  private static boolean has(Vocabulary vocabulary, Set<Integer> ends, String text) {
    return ends.contains(vocabulary.id(text));
  }
}
