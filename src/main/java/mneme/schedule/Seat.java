package mneme.schedule;

import java.util.Collections;
import java.util.NavigableSet;

/// A sequence that takes turns: where it stands, and what it waits for.
final class Seat {
  final long sequence;
  final TenantTurns tenant;

  /// Order of arrival among all sequences.
  final long rank;

  /// Tokens to run before the first new one comes.
  final int promptTokens;

  /// Where its next span begins.
  int position;

  /// Whether its next token is known, so that it can run.
  boolean isReady;

  /// How often another prompt of its tenant went first while this one was the oldest.
  int overtaken;

  boolean hasLeft;

  /// Where its prompt is cut beside the grid.
  NavigableSet<Integer> cuts = Collections.emptyNavigableSet();

  Seat(long sequence, TenantTurns tenant, long rank, int position, int promptTokens) {
    this.sequence = sequence;
    this.tenant = tenant;
    this.rank = rank;
    this.position = position;
    this.promptTokens = promptTokens;
  }

  int missingTokens() {
    return promptTokens - position;
  }

  /// Length of the next prefill span: to the next edge of the chunk grid, to the next cut, or to
  /// the prompt's end.
  int nextChunk(int chunkTokens) {
    int edge = (int) Math.min(promptTokens, (position / chunkTokens + 1L) * chunkTokens);
    Integer cut = cuts.higher(position);
    return Math.min(edge, cut == null ? edge : cut) - position;
  }
}
