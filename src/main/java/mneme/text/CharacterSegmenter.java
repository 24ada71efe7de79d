package mneme.text;

import java.util.List;

/// Pair merging that begins with characters, as SentencePiece has it: blanks are written U+2581,
/// and what is no token falls apart into byte tokens, or is the unknown token where there are none.
final class CharacterSegmenter implements Segmenter {
  static final char BLANK = '\u2581';

  private final Vocabulary vocabulary;
  private final PairMerger.Pairs pairs;
  private final Rules rules;
  private final int[] byteIds = new int[256];

  /// How a text is made ready.
  ///
  /// @param spaceFirst put a blank before a text that begins a sequence or follows a control token
  /// @param lines cut the text at line ends before merging
  /// @param unknown the id of what cannot be said, -1 to drop it
  record Rules(boolean spaceFirst, boolean lines, int unknown) {}

  CharacterSegmenter(Vocabulary vocabulary, PairMerger.Pairs pairs, Rules rules) {
    this.vocabulary = vocabulary;
    this.pairs = pairs;
    this.rules = rules;
    for (int b = 0; b < 256; b++) {
      byteIds[b] = vocabulary.byteId((byte) b);
    }
  }

  @Override
  public void segment(String text, boolean first, IdList ids) {
    String ready = (rules.spaceFirst() && first ? " " + text : text).replace(' ', BLANK);
    if (rules.lines()) {
      lines(Utf8.codePoints(ready), ids);
    } else {
      merge(Utf8.codePoints(ready), ids);
    }
  }

  private void lines(int[] text, IdList ids) {
    PreTokenizer lines =
        new PreTokenizer(List.of(List.of(Rule.run(c -> c != '\n'), Rule.run(c -> c == '\n'))));
    lines.split(
        text,
        (from, to) -> {
          String word = new String(text, from, to - from);
          int id = text[from] == '\n' ? vocabulary.id(word) : -1;
          if (id >= 0) {
            ids.add(id);
          } else {
            merge(word.codePoints().toArray(), ids);
          }
        });
  }

  private void merge(int[] text, IdList ids) {
    IdList symbols = new IdList();
    boolean afterUnknown = false;
    for (int c : text) {
      int id = vocabulary.id(Character.toString(c));
      boolean known = id >= 0 || addBytes(c, symbols);
      if (id >= 0) {
        symbols.add(id);
      } else if (!known && !afterUnknown && rules.unknown() >= 0) {
        symbols.add(rules.unknown());
      }
      afterUnknown = !known;
    }
    for (int id : PairMerger.merge(symbols.toArray(), pairs)) {
      ids.add(id);
    }
  }

  private boolean addBytes(int c, IdList symbols) {
    byte[] bytes = Utf8.encode(c);
    for (byte b : bytes) {
      if (byteIds[b & 0xff] < 0) {
        return false;
      }
    }
    for (byte b : bytes) {
      symbols.add(byteIds[b & 0xff]);
    }
    return true;
  }
}
