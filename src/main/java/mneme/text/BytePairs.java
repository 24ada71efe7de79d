package mneme.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mneme.format.ModelFormatException;

/// The merges of a byte-pair vocabulary. Symbols below the vocabulary's size are tokens; merges may
/// go through symbols that are none.
final class BytePairs implements PairMerger.Pairs {
  private final Vocabulary vocabulary;
  private final Map<String, Integer> others = new HashMap<>();
  private final PairTable ranks;
  private final int[] joined;

  /// The two sides of a merge.
  record Merge(String left, String right) {}

  /// @param merges the best first
  BytePairs(Vocabulary vocabulary, List<Merge> merges) {
    this.vocabulary = vocabulary;
    this.ranks = new PairTable(merges.size());
    this.joined = new int[merges.size()];
    for (int rank = 0; rank < merges.size(); rank++) {
      Merge merge = merges.get(rank);
      joined[rank] = symbol(merge.left() + merge.right());
      ranks.putIfAbsent(symbol(merge.left()), symbol(merge.right()), rank);
    }
  }

  /// @param line both sides with a blank between them; a side may begin with a blank
  static Merge parse(String line) {
    int blank = line.indexOf(' ', 1);
    if (blank < 0 || blank == line.length() - 1) {
      throw new ModelFormatException(
          "merge '" + line + "' is not two parts with a blank between them");
    }
    return new Merge(line.substring(0, blank), line.substring(blank + 1));
  }

  private int symbol(String text) {
    int id = vocabulary.id(text);
    return id >= 0 ? id : others.computeIfAbsent(text, _ -> vocabulary.size() + others.size());
  }

  @Override
  public long find(int left, int right) {
    int rank = ranks.get(left, right);
    return rank < 0 ? NEVER : (long) rank << 32 | joined[rank];
  }

  boolean isToken(int symbol) {
    return symbol < vocabulary.size();
  }

  /// The symbol of a text, -1 if no merge and no token has it.
  int find(String text) {
    int id = vocabulary.id(text);
    return id >= 0 ? id : others.getOrDefault(text, -1);
  }

  /// The texts of the symbols that are no tokens.
  Map<Integer, String> others() {
    Map<Integer, String> texts = new HashMap<>();
    others.forEach((text, symbol) -> texts.put(symbol, text));
    return texts;
  }
}
