package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The books of one lease: page tables, state blocks, saved states, and what is still promised to
/// it.
final class Holding {
  final Lease lease;
  final int tenant;
  final PooledModel model;
  final PageTable[] tables;
  Block[] states;

  /// Pages of each group set aside and not taken yet.
  final int[] promise;

  /// Length up to which [#promise] was made; 0 once it is reached.
  int promisedTokens;

  /// States saved at a position, not yet published; oldest first.
  final List<Saved> saved = new ArrayList<>();

  /// As [Match#branch] said when it was opened.
  int branch;

  /// Where the last span that was granted begins.
  int start;

  /// End of the last span that was granted: what the states have read once its step has run.
  int end;

  /// Whether the sequence has ended at [#end], so that nothing more is granted.
  boolean isHalted;

  /// Every page up to this position is there and may be written without a copy.
  int writableTo;

  /// First span start at which a page leaves a window.
  int nextGiveBack;

  private @Nullable LeasedView view;
  private long viewMoves;

  /// States as they were when the sequence had read `position` tokens.
  record Saved(int position, List<Block> blocks) {}

  Holding(Lease lease, int tenant, PooledModel model) {
    this.lease = lease;
    this.tenant = tenant;
    this.model = model;
    tables = new PageTable[model.groups()];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = new PageTable();
    }
    states = new Block[model.stateSizes.length];
    promise = new int[model.groups()];
  }

  void halt(int read) {
    if (read < 0 || read > end) {
      throw new IllegalArgumentException(
          "halted after %d tokens, when %d were granted".formatted(read, end));
    }
    start = Math.min(start, read);
    end = read;
    isHalted = true;
  }

  /// Forgets what was known of the tables, because one of them changed.
  void tablesChanged() {
    view = null;
  }

  LeasedView view(long moves) {
    LeasedView current = view;
    if (current != null && viewMoves == moves) {
      return current;
    }
    if (viewMoves != moves) {
      for (PageTable table : tables) {
        table.refresh();
      }
    }
    current = LeasedView.of(tables, states);
    view = current;
    viewMoves = moves;
    return current;
  }
}
