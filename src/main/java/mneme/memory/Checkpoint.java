package mneme.memory;

import java.util.List;

/// A saved copy of every state block of a sequence after a known number of tokens, kept by the
/// prefix index.
final class Checkpoint extends Candidate {
  final IndexNode node;

  /// Tokens read, counted from the start of the sequence.
  final int position;

  final List<Block> blocks;

  /// Tokens since the checkpoint before it on the same path.
  private final int savedTokens;

  Checkpoint(IndexNode node, Holding.Saved saved, int savedTokens) {
    this.node = node;
    this.position = saved.position();
    this.blocks = List.copyOf(saved.blocks());
    this.savedTokens = savedTokens;
  }

  @Override
  double savedTokens() {
    return savedTokens;
  }

  @Override
  long bytes() {
    return blocks.stream().mapToLong(block -> block.size.bytes).sum();
  }
}
