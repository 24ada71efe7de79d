package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One search of the prefix index: how far a prompt is known, and how much of that can be used.
final class Lookup {
  static final String UNKNOWN = "no known text begins like this one";

  private final IndexNode root;
  private final PooledModel model;
  private final Tokens prompt;
  private final int atMost;
  private final int pageTokens;
  private final List<IndexNode> path = new ArrayList<>();

  /// For each group and page of the path, the last page up to there that is not kept in full, or
  /// -1.
  private final int[][] lastGap;

  /// Tokens that the path and the prompt have in common, at most [#atMost].
  private int known;

  private boolean isDifferentThere;

  Lookup(IndexNode root, Tokens prompt, int atMost) {
    this.root = root;
    this.model = root.model;
    this.prompt = prompt;
    this.atMost = atMost;
    pageTokens = model.plan.pageTokens();
    lastGap = new int[model.groups()][Math.ceilDiv(prompt.length(), pageTokens)];
  }

  Match match() {
    walk();
    for (int page = path.size() - 1; page >= 0; page--) {
      Match match = model.hasStates() ? atCheckpoint(page) : atPage(page);
      if (match.tokens() > 0) {
        return match;
      }
    }
    return new Match(0, List.of(), null, note(0), branch(0));
  }

  private void walk() {
    IndexNode node = root;
    boolean isWhole = true;
    while (isWhole && known < atMost) {
      Tokens page = prompt.slice(known, Math.min(known + pageTokens, prompt.length()));
      IndexNode next = node.closest(page);
      if (next == null) {
        isDifferentThere = !node.isLeaf();
        return;
      }
      int common = next.tokens().commonPrefix(page);
      isDifferentThere = common < next.tokens().length() && common < page.length();
      isWhole = common == pageTokens && known + common <= atMost;
      known = Math.min(atMost, known + common);
      enter(next);
      node = next;
    }
  }

  private void enter(IndexNode node) {
    int page = path.size();
    path.add(node);
    for (int group = 0; group < lastGap.length; group++) {
      int before = page == 0 ? -1 : lastGap[group][page - 1];
      lastGap[group][page] = node.has(group, pageTokens) ? before : page;
    }
  }

  private Match atPage(int page) {
    int tokens = Math.min(known, (page + 1) * pageTokens);
    IndexNode node = path.get(page);
    return holds(node, tokens) ? match(node, tokens, null) : Match.nothing("");
  }

  /// The last state saved inside page number `page` of the prompt. Texts that share only a part of
  /// the page have nodes of their own, and each may hold it.
  private Match atCheckpoint(int page) {
    IndexNode parent = page == 0 ? root : path.get(page - 1);
    Tokens text = prompt.slice(parent.end(), Math.min(parent.end() + pageTokens, prompt.length()));
    Checkpoint best = null;
    for (Iterable<IndexNode> side : parent.around(text)) {
      for (IndexNode node : side) {
        int common = Math.min(atMost, node.start + node.tokens().commonPrefix(text));
        if (common <= (best == null ? node.start : best.position)) {
          break;
        }
        Checkpoint last = lastBefore(node, common);
        best = last != null && (best == null || last.position > best.position) ? last : best;
      }
    }
    return best == null ? Match.nothing("") : match(best.node, best.position, best);
  }

  private @Nullable Checkpoint lastBefore(IndexNode node, int position) {
    for (Checkpoint checkpoint :
        node.checkpoints.headMap(position, true).descendingMap().values()) {
      if (holds(node, checkpoint.position)) {
        return checkpoint;
      }
    }
    return null;
  }

  private Match match(IndexNode last, int tokens, @Nullable Checkpoint checkpoint) {
    List<IndexNode> nodes = new ArrayList<>(path.subList(0, last.start / pageTokens));
    nodes.add(last);
    return new Match(tokens, nodes, checkpoint, note(tokens), branch(tokens));
  }

  /// Whether every page is there that the token at position `tokens` sees, the last in `node`.
  private boolean holds(IndexNode node, int tokens) {
    int page = node.start / pageTokens;
    for (int group = 0; group < lastGap.length; group++) {
      int before = page == 0 ? -1 : lastGap[group][page - 1];
      int gap = node.has(group, tokens - node.start) ? before : page;
      if (gap >= model.firstPage(group, tokens)) {
        return false;
      }
    }
    return true;
  }

  /// Where the text that is known goes on otherwise, or the whole prompt is known, without a state
  /// that was saved there.
  private int branch(int tokens) {
    boolean isLikelyAgain = isDifferentThere || known == prompt.length() - 1;
    return model.hasStates() && tokens < known && isLikelyAgain ? known : 0;
  }

  private String note(int tokens) {
    if (tokens < known) {
      return model.hasStates()
          ? "%d tokens are known; the last state saved among them is after token %d"
              .formatted(known, tokens)
          : "%d tokens are known; the pages a window needs are kept after token %d"
              .formatted(known, tokens);
    }
    if (known == 0) {
      return UNKNOWN;
    }
    if (known == prompt.length() - 1) {
      return "all but the last token, which always runs";
    }
    return isDifferentThere
        ? "what is known differs at token " + known
        : "nothing is known after token " + known;
  }
}
