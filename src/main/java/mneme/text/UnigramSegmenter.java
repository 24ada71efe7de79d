package mneme.text;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Cuts text into the tokens whose scores have the largest sum (SentencePiece unigram, Kudo 2018).
/// What no token covers becomes byte tokens where they exist, else one unknown token.
final class UnigramSegmenter implements Segmenter {
  /// How much worse an unknown character is than the worst token.
  private static final double UNKNOWN_PENALTY = 10;

  private final Vocabulary vocabulary;
  private final List<Double> scores;
  private final PairTable nodes;
  private final int[] idOfNode;
  private final double unknownScore;
  private final int unknown;
  private final Optional<ByteTokens> bytes;

  /// @param unknown the id of what cannot be said
  /// @param bytes whether characters without token are written as byte tokens
  UnigramSegmenter(Vocabulary vocabulary, List<Double> scores, int unknown, boolean bytes) {
    this.vocabulary = vocabulary;
    this.scores = scores;
    this.unknown = unknown;
    this.bytes = bytes ? Optional.of(new ByteTokens(vocabulary)) : Optional.empty();
    this.unknownScore = scores.stream().mapToDouble(s -> s).min().orElse(0) - UNKNOWN_PENALTY;
    long chars = vocabulary.texts().stream().limit(scores.size()).mapToLong(String::length).sum();
    this.nodes = new PairTable(scores.size());
    this.idOfNode = new int[Math.toIntExact(chars + 1)];
    Arrays.fill(idOfNode, -1);
    int next = 1;
    for (int id = 0; id < scores.size(); id++) {
      next = add(id, next);
    }
  }

  private boolean addBytes(int c, IdList ids) {
    return bytes.isPresent() && bytes.orElseThrow().add(c, ids);
  }

  private int add(int id, int next) {
    int free = next;
    int node = 0;
    for (int c : Utf8.codePoints(vocabulary.texts().get(id))) {
      int child = nodes.get(node, c);
      if (child < 0) {
        child = free++;
        nodes.putIfAbsent(node, c, child);
      }
      node = child;
    }
    if (node != 0 && id != unknown && vocabulary.kinds().get(id) == TokenKind.NORMAL) {
      idOfNode[node] = id;
    }
    return free;
  }

  @Override
  public void segment(String text, boolean first, IdList ids) {
    int[] codePoints = Utf8.codePoints(text);
    double[] best = new double[codePoints.length + 1];
    int[] from = new int[codePoints.length + 1];
    int[] token = new int[codePoints.length + 1];
    Arrays.fill(best, Double.NEGATIVE_INFINITY);
    best[0] = 0;
    for (int at = 0; at < codePoints.length; at++) {
      offer(codePoints, at, best, from, token);
    }
    emit(codePoints, from, token, ids);
  }

  private void offer(int[] text, int at, double[] best, int[] from, int[] token) {
    boolean single = false;
    int node = nodes.get(0, text[at]);
    for (int end = at + 1; node >= 0; end++) {
      int id = idOfNode[node];
      if (id >= 0) {
        single |= end == at + 1;
        better(best[at] + scores.get(id), new int[] {at, end, id}, best, from, token);
      }
      node = end < text.length ? nodes.get(node, text[end]) : -1;
    }
    if (!single) {
      better(best[at] + unknownScore, new int[] {at, at + 1, unknown}, best, from, token);
    }
  }

  private static void better(double score, int[] step, double[] best, int[] from, int[] token) {
    if (score > best[step[1]]) {
      best[step[1]] = score;
      from[step[1]] = step[0];
      token[step[1]] = step[2];
    }
  }

  private void emit(int[] text, int[] from, int[] token, IdList ids) {
    int[] ends = new int[text.length];
    int steps = 0;
    for (int end = text.length; end > 0; end = from[end]) {
      ends[steps++] = end;
    }
    boolean afterUnknown = false;
    for (int i = steps - 1; i >= 0; i--) {
      int end = ends[i];
      boolean known = token[end] != unknown || addBytes(text[end - 1], ids);
      if (token[end] != unknown) {
        ids.add(token[end]);
      } else if (!known && !afterUnknown && unknown >= 0) {
        ids.add(unknown);
      }
      afterUnknown = !known;
    }
  }
}
