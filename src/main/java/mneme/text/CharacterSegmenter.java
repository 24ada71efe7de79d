package mneme.text;

import java.util.function.IntPredicate;

/// Pair merging that begins with characters, as SentencePiece has it: blanks are written U+2581,
/// and what is no token falls apart into byte tokens, or is the unknown token where there are none.
final class CharacterSegmenter implements Segmenter {
  static final char BLANK = '\u2581';

  private final Vocabulary vocabulary;
  private final PairMerger.Pairs pairs;
  private final Rules rules;
  private final ByteTokens bytes;

  /// How a text is made ready.
  ///
  /// @param spaceFirst put a blank before every stretch of text
  /// @param words cuts the text before merging
  /// @param wholes the first characters of words that are taken as they are if they are tokens
  /// @param unknown the id of what cannot be said, -1 to drop it
  record Rules(boolean spaceFirst, PreTokenizer words, IntPredicate wholes, int unknown) {}

  CharacterSegmenter(Vocabulary vocabulary, PairMerger.Pairs pairs, Rules rules) {
    this.vocabulary = vocabulary;
    this.pairs = pairs;
    this.rules = rules;
    this.bytes = new ByteTokens(vocabulary);
  }

  @Override
  public void segment(String text, boolean first, IdList ids) {
    int[] ready = Utf8.codePoints((rules.spaceFirst() ? " " + text : text).replace(' ', BLANK));
    rules.words().split(ready, (from, to) -> word(ready, from, to, ids));
  }

  private void word(int[] text, int from, int to, IdList ids) {
    int whole =
        rules.wholes().test(text[from]) ? vocabulary.id(new String(text, from, to - from)) : -1;
    if (whole >= 0) {
      ids.add(whole);
      return;
    }
    for (int id : PairMerger.merge(symbols(text, from, to), pairs)) {
      ids.add(id);
    }
  }

  private int[] symbols(int[] text, int from, int to) {
    IdList symbols = new IdList();
    boolean afterUnknown = false;
    for (int i = from; i < to; i++) {
      int id = vocabulary.id(Character.toString(text[i]));
      boolean known = id >= 0 || bytes.add(text[i], symbols);
      if (id >= 0) {
        symbols.add(id);
      } else if (!known && !afterUnknown && rules.unknown() >= 0) {
        symbols.add(rules.unknown());
      }
      afterUnknown = !known;
    }
    return symbols.toArray();
  }
}
