package mneme.text;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Pairs that join whenever their texts together are a token, the token of the highest score first
/// (SentencePiece).
final class ScoredPairs implements PairMerger.Pairs {
  private final Vocabulary vocabulary;
  private final int[] ranks;
  private final int longest;

  /// @param scores one for each token; NaN counts as lowest
  ScoredPairs(Vocabulary vocabulary, List<Double> scores) {
    this.vocabulary = vocabulary;
    this.ranks = ranks(scores);
    this.longest = vocabulary.texts().stream().mapToInt(String::length).max().orElse(0);
  }

  private static int[] ranks(List<Double> scores) {
    double[] sorted = scores.stream().mapToDouble(s -> Double.isNaN(s) ? -1e300 : s).toArray();
    int[] order =
        IntStream.range(0, sorted.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer id) -> -sorted[id]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] ranks = new int[sorted.length];
    int rank = 0;
    for (int i = 0; i < order.length; i++) {
      if (i > 0 && sorted[order[i]] != sorted[order[i - 1]]) {
        rank++;
      }
      ranks[order[i]] = rank;
    }
    return ranks;
  }

  @Override
  public long find(int left, int right) {
    String first = vocabulary.texts().get(left);
    String second = vocabulary.texts().get(right);
    if (isByte(left) || isByte(right) || first.length() + second.length() > longest) {
      return NEVER;
    }
    int id = vocabulary.id(first + second);
    return id < 0 ? NEVER : (long) ranks[id] << 32 | id;
  }

  private boolean isByte(int id) {
    return vocabulary.kinds().get(id) == TokenKind.BYTE;
  }
}
