package mneme.memory;

import org.jspecify.annotations.Nullable;

/// One page of tokens in the prefix index.
final class IndexNode {
  private final @Nullable Block[] pages = new Block[0];

  @Nullable Block page(int group) {
    return pages[group];
  }
}
