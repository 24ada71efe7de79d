package mneme.text;

import java.util.Set;

/// Turns text into token ids and ids into bytes. Immutable; one instance serves all sequences of a
/// model.
public interface Tokenizer {
  /// Ids of `text`; half a surrogate pair in it counts as U+FFFD. With `special`, control tokens
  /// written out in the text are recognized and BOS and EOS are added where the model wants them;
  /// without, neither.
  int[] encode(String text, boolean special);

  /// The bytes that `id` stands for: a token may be half a character. Control tokens give their
  /// written form.
  byte[] bytes(int id);

  /// Whether `id` is a control token, which is not shown to a reader.
  boolean isControl(int id);

  /// Ids after which a sequence ends: EOS, end of turn, end of message.
  Set<Integer> endIds();

  /// The written form of the BOS token, or empty if the model has none; templates ask for it.
  String bosText();

  String eosText();

  int vocabulary();

  /// Whether [#encode] puts a blank before a text, which decoding the whole text takes away again.
  default boolean putsSpaceBefore() {
    return false;
  }
}
