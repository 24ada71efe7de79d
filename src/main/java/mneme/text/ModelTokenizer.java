package mneme.text;

import java.util.Set;

/// A tokenizer put together from the parts that a model file describes.
final class ModelTokenizer implements Tokenizer {
  private final Vocabulary vocabulary;
  private final byte[][] bytes;
  private final WrittenTokens written;
  private final Segmenter segmenter;
  private final Affixes affixes;
  private final Set<Integer> ends;

  /// What stands around a text.
  ///
  /// @param before ids that are put before a text
  /// @param after ids that are put after it
  /// @param bos the written form of the first token of a sequence, or empty
  /// @param space whether the segmenter puts a blank before a text
  record Affixes(int[] before, int[] after, String bos, String eos, boolean space) {}

  /// @param bytes what each token stands for
  ModelTokenizer(
      EndTokens.Marked tokens,
      byte[][] bytes,
      WrittenTokens written,
      Segmenter segmenter,
      Affixes affixes) {
    this.vocabulary = tokens.vocabulary();
    this.ends = tokens.ends();
    this.bytes = bytes;
    this.written = written;
    this.segmenter = segmenter;
    this.affixes = affixes;
  }

  @Override
  public int[] encode(String text, boolean special) {
    IdList ids = new IdList();
    if (special) {
      addAll(affixes.before(), ids);
    }
    boolean first = true;
    for (WrittenTokens.Part part : written.split(text, special)) {
      switch (part) {
        case WrittenTokens.Token(int id) -> {
          ids.add(id);
          first = false;
        }
        case WrittenTokens.Text(String stretch) -> {
          segmenter.segment(stretch, first, ids);
          first = false;
        }
      }
    }
    if (special) {
      addAll(affixes.after(), ids);
    }
    return ids.toArray();
  }

  private static void addAll(int[] more, IdList ids) {
    for (int id : more) {
      ids.add(id);
    }
  }

  @Override
  public byte[] bytes(int id) {
    return bytes[id].clone();
  }

  @Override
  public boolean isControl(int id) {
    return vocabulary.kinds().get(id) == TokenKind.CONTROL
        || vocabulary.kinds().get(id) == TokenKind.UNKNOWN;
  }

  @Override
  public Set<Integer> endIds() {
    return ends;
  }

  @Override
  public String bosText() {
    return affixes.bos();
  }

  @Override
  public String eosText() {
    return affixes.eos();
  }

  @Override
  public boolean putsSpaceBefore() {
    return affixes.space();
  }

  @Override
  public int vocabulary() {
    return vocabulary.size();
  }
}
