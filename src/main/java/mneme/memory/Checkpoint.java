package mneme.memory;

import java.util.List;

/// A saved copy of every state block of a sequence after a known number of tokens, kept by the
/// prefix index.
final class Checkpoint extends Candidate {
  /// How much less likely it is that a text is taken up again before its last checkpoint, by an
  /// edit, than that it goes on from there.
  private static final double SHARE_OF_EDITS = 0.125;

  final IndexNode node;

  /// Tokens read, counted from the start of the sequence.
  final int position;

  final List<Block> blocks;

  /// Tokens since the checkpoint before it on the same path.
  int savedTokens;

  /// Whether its text goes on in one way only, to a later checkpoint.
  boolean isPassed;

  Checkpoint(IndexNode node, Holding.Saved saved) {
    this.node = node;
    this.position = saved.position();
    this.blocks = List.copyOf(saved.blocks());
  }

  @Override
  double savedTokens() {
    return isPassed ? savedTokens * SHARE_OF_EDITS : savedTokens;
  }

  @Override
  long bytes() {
    return blocks.stream().mapToLong(block -> block.size.bytes).sum();
  }
}
