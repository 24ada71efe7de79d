package mneme.text;

import java.util.Map;

/// Byte-level BPE: words, then their bytes, then merges (GPT-2).
final class ByteLevelSegmenter implements Segmenter {
  private final Vocabulary vocabulary;
  private final PreTokenizer words;
  private final BytePairs pairs;
  private final boolean ignoresMerges;
  private final int[] symbolOfByte = new int[256];
  private final Map<Integer, String> others;

  /// @param ignoresMerges take a word that is a token as a whole as it is
  ByteLevelSegmenter(
      Vocabulary vocabulary, PreTokenizer words, BytePairs pairs, boolean ignoresMerges) {
    this.vocabulary = vocabulary;
    this.words = words;
    this.pairs = pairs;
    this.ignoresMerges = ignoresMerges;
    this.others = pairs.others();
    for (int b = 0; b < 256; b++) {
      symbolOfByte[b] = pairs.find(String.valueOf(ByteAlphabet.written(b)));
    }
  }

  @Override
  public void segment(String text, boolean first, IdList ids) {
    int[] codePoints = Utf8.codePoints(text);
    words.split(codePoints, (from, to) -> word(Utf8.encode(codePoints, from, to), ids));
  }

  private void word(byte[] word, IdList ids) {
    if (ignoresMerges) {
      int id = vocabulary.id(ByteAlphabet.written(word));
      if (id >= 0) {
        ids.add(id);
        return;
      }
    }
    int[] symbols = new int[word.length];
    int count = 0;
    for (byte b : word) {
      int symbol = symbolOfByte[b & 0xff];
      if (symbol >= 0) {
        symbols[count++] = symbol;
      }
    }
    for (int symbol : PairMerger.merge(java.util.Arrays.copyOf(symbols, count), pairs)) {
      add(symbol, ids);
    }
  }

  /// A symbol that is no token falls apart into the tokens of its bytes; a byte without token is
  /// dropped, because nothing could say it.
  private void add(int symbol, IdList ids) {
    if (pairs.isToken(symbol)) {
      ids.add(symbol);
      return;
    }
    String text = others.getOrDefault(symbol, "");
    for (int i = 0; i < text.length(); i++) {
      int id = vocabulary.id(text.substring(i, i + 1));
      if (id >= 0) {
        ids.add(id);
      }
    }
  }
}
