package mneme.memory;

import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One page of tokens in the prefix index, full or, at the end of what is known, in part. Among
/// siblings no node's tokens begin with all of another's, so in their order the longest match of
/// anything is a neighbour.
final class IndexNode extends Candidate {
  final PooledModel model;
  final @Nullable IndexNode parent;

  /// Position of the first token.
  final int start;

  private Tokens tokens;
  private final TreeMap<Tokens, IndexNode> children = new TreeMap<>();

  /// The page of each group; null where none is kept.
  private final @Nullable Block[] pages;

  /// How many of the node's tokens the page of each group has: fewer than all if it was kept when
  /// less was known, and had left its lease's window when more was.
  private final int[] tokensInPage;

  /// Children whose page of the first unwindowed group only the index holds; it is of no use
  /// without this node's.
  int dependents;

  /// States saved inside this page, by position.
  final TreeMap<Integer, Checkpoint> checkpoints = new TreeMap<>();

  IndexNode(PooledModel model) {
    this(model, null, 0, Tokens.of());
  }

  private IndexNode(PooledModel model, @Nullable IndexNode parent, int start, Tokens tokens) {
    this.model = model;
    this.parent = parent;
    this.start = start;
    this.tokens = tokens;
    pages = new Block[model.groups()];
    tokensInPage = new int[model.groups()];
  }

  Tokens tokens() {
    return tokens;
  }

  int end() {
    return start + tokens.length();
  }

  Iterable<IndexNode> children() {
    return children.values();
  }

  boolean isLeaf() {
    return children.isEmpty();
  }

  @Nullable Block page(int group) {
    return pages[group];
  }

  /// Keeps `page`, which has all tokens of the node.
  void page(int group, Block page) {
    pages[group] = page;
    tokensInPage[group] = tokens.length();
  }

  void dropPage(int group) {
    pages[group] = null;
  }

  /// Whether a page of `group` is kept that has the first `count` tokens of this node.
  boolean has(int group, int count) {
    return pages[group] != null && tokensInPage[group] >= count;
  }

  @Nullable IndexNode child(Tokens page) {
    return children.get(page);
  }

  /// The child that has most leading tokens in common with `page`, if any has one.
  @Nullable IndexNode closest(Tokens page) {
    var below = children.floorEntry(page);
    var above = children.higherEntry(page);
    int commonBelow = below == null ? 0 : below.getKey().commonPrefix(page);
    int commonAbove = above == null ? 0 : above.getKey().commonPrefix(page);
    if (commonBelow == 0 && commonAbove == 0) {
      return null;
    }
    return commonBelow >= commonAbove ? below.getValue() : above.getValue();
  }

  /// The children in two rows, those before `page` and those after it in order, each beginning with
  /// the one that has most leading tokens in common with it.
  List<Iterable<IndexNode>> around(Tokens page) {
    return List.of(
        children.headMap(page, true).descendingMap().values(),
        children.tailMap(page, false).values());
  }

  IndexNode addChild(Tokens page) {
    IndexNode child = new IndexNode(model, this, end(), page);
    children.put(page, child);
    return child;
  }

  /// Makes a page that was known in part longer.
  void extend(Tokens longer) {
    if (parent != null) {
      parent.children.remove(tokens);
      tokens = longer;
      parent.children.put(longer, this);
    }
  }

  void leave() {
    if (parent != null) {
      parent.children.remove(tokens);
    }
  }

  boolean isEmpty() {
    if (!children.isEmpty() || !checkpoints.isEmpty()) {
      return false;
    }
    for (Block page : pages) {
      if (page != null) {
        return false;
      }
    }
    return true;
  }

  /// Whether `page` is the one of the first unwindowed group, without which nothing below can be
  /// reused.
  boolean isCarrier(Block page) {
    int group = model.unwindowedGroup;
    return group >= 0 && pages[group] == page;
  }

  /// Whether the page of `group` may go now: nobody leases it, and nothing cached depends on it.
  boolean isDroppable(int group) {
    Block page = pages[group];
    return page != null
        && page.leases == 0
        && checkpoints.isEmpty()
        && (dependents == 0 || model.windowTokens(group) > 0);
  }

  boolean isCandidate() {
    for (int group = 0; group < pages.length; group++) {
      if (isDroppable(group)) {
        return true;
      }
    }
    return false;
  }

  /// A page behind the last checkpoint of its path saves nothing to a model with states.
  @Override
  double savedTokens() {
    return model.hasStates() && children.isEmpty() ? 0 : tokens.length();
  }

  @Override
  long bytes() {
    long bytes = 0;
    for (int group = 0; group < pages.length; group++) {
      bytes += pages[group] == null ? 0 : model.pageSizes[group].bytes;
    }
    return bytes;
  }
}
