package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One search of the prefix index: how far a prompt is known, and how much of that can be used.
final class Lookup {
  static final String UNKNOWN = "no known text begins like this one";

  private final IndexNode root;
  private final PooledModel model;
  private final Tokens prompt;
  private final int atMost;
  private final int pageTokens;
  private final List<IndexNode> path = new ArrayList<>();

  /// For each group and page of the path, the last page up to there that is not kept, or -1.
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
    return Match.nothing(note(0));
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
      lastGap[group][page] = node.page(group) == null ? page : before;
    }
  }

  private Match atPage(int page) {
    int tokens = Math.min(known, (page + 1) * pageTokens);
    return holds(tokens)
        ? new Match(tokens, path.subList(0, page + 1), null, note(tokens))
        : Match.nothing("");
  }

  private Match atCheckpoint(int page) {
    for (Map.Entry<Integer, Checkpoint> entry :
        path.get(page).checkpoints.headMap(known, true).descendingMap().entrySet()) {
      int tokens = entry.getKey();
      if (holds(tokens)) {
        return new Match(tokens, path.subList(0, page + 1), entry.getValue(), note(tokens));
      }
    }
    return Match.nothing("");
  }

  /// Whether every page is there that the token at position `tokens` sees.
  private boolean holds(int tokens) {
    int last = Math.ceilDiv(tokens, pageTokens) - 1;
    for (int group = 0; group < lastGap.length; group++) {
      if (lastGap[group][last] >= model.firstPage(group, tokens)) {
        return false;
      }
    }
    return true;
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
