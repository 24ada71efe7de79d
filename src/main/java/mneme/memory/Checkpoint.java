package mneme.memory;

import java.util.List;

/// A saved copy of every state block of a sequence after a known number of tokens, kept by the
/// prefix index.
final class Checkpoint {
  final IndexNode node;

  /// Tokens read, counted from the start of the sequence.
  final int position;

  final List<Block> blocks;

  Checkpoint(IndexNode node, int position, List<Block> blocks) {
    this.node = node;
    this.position = position;
    this.blocks = List.copyOf(blocks);
  }

  long bytes() {
    return blocks.stream().mapToLong(block -> block.size.bytes).sum();
  }
}
