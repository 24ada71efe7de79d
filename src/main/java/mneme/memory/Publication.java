package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts what one lease holds into the prefix index. Where the index has the same tokens already,
/// the lease goes over to the pages that are there (equal tokens make equal bytes), so that
/// concurrent twins end up sharing.
final class Publication {
  private final Blocks blocks;
  private final Eviction eviction;
  private final Checkpoints checkpoints;
  private final Holding holding;
  private final int pageTokens;
  private final List<IndexNode> path = new ArrayList<>();
  private IndexNode node;

  Publication(Blocks blocks, Eviction eviction, Holding holding, IndexNode root) {
    this.blocks = blocks;
    this.eviction = eviction;
    checkpoints = new Checkpoints(eviction);
    this.holding = holding;
    this.node = root;
    pageTokens = holding.model.plan.pageTokens();
  }

  /// Returns the nodes that stand for what is new in `computed`, in order.
  ///
  /// @param isWhole begins at the root even if this lease published before
  List<IndexNode> publish(Tokens computed, boolean isWhole) {
    int full = computed.length() / pageTokens * pageTokens;
    if (!isWhole) {
      resume(full / pageTokens);
    }
    for (int start = node.end(); start < full; start += pageTokens) {
      enter(nodeOf(computed.slice(start, start + pageTokens)));
      putPages();
    }
    if (full < computed.length()) {
      publishPart(computed.slice(full, computed.length()));
    }
    path.forEach(eviction::touch);
    putCheckpoints(computed.length());
    return path;
  }

  /// Goes to the last node before page `end` that keeps a whole page of this lease: all before it
  /// is in the tree already.
  private void resume(int end) {
    int carrier = holding.model.unwindowedGroup;
    if (carrier < 0) {
      return;
    }
    PageTable table = holding.tables[carrier];
    for (int page = Math.min(end, table.end()) - 1; page >= table.first(); page--) {
      IndexNode keeper = table.block(page).cachedIn;
      if (keeper != null && keeper.tokens().length() == pageTokens) {
        node = keeper;
        return;
      }
    }
  }

  private void enter(IndexNode child) {
    node = child;
    path.add(child);
  }

  private void publishPart(Tokens page) {
    IndexNode known = node.closest(page);
    if (known != null && known.tokens().startsWith(page)) {
      enter(known);
    } else {
      enter(nodeOf(page));
      putPages();
    }
  }

  private IndexNode nodeOf(Tokens page) {
    IndexNode same = node.child(page);
    if (same != null) {
      return same;
    }
    IndexNode part = node.closest(page);
    if (part != null && page.startsWith(part.tokens())) {
      extend(part, page.compact());
      return part;
    }
    return node.addChild(page.compact());
  }

  /// A node that was known in part takes this lease's pages, which hold more, where it still has
  /// them.
  private void extend(IndexNode part, Tokens page) {
    eviction.leave(part);
    part.extend(page);
    for (int group = 0; group < holding.tables.length; group++) {
      Block kept = part.page(group);
      Block own = own(group, part);
      if (kept != null && own != null && kept != own) {
        blocks.drop(kept);
        part.dropPage(group);
      }
    }
  }

  private @Nullable Block own(int group, IndexNode at) {
    PageTable table = holding.tables[group];
    int index = at.start / pageTokens;
    return index >= table.first() && index < table.end() ? table.block(index) : null;
  }

  private void putPages() {
    for (int group = 0; group < holding.tables.length; group++) {
      Block own = own(group, node);
      if (own != null) {
        putPage(group, own);
      }
    }
  }

  private void putPage(int group, Block own) {
    int tokens = node.tokens().length();
    Block kept = node.page(group);
    if (kept != null && kept != own && kept.leases > 0 && node.has(group, tokens)) {
      goOver(group, own, kept);
      kept.freeze(tokens);
    } else if (kept == own || own.cachedIn == null) {
      keepInstead(group, own, kept);
      own.freeze(tokens);
    }
  }

  /// The index keeps this lease's page; the one that it had is the same, or nobody else holds it,
  /// or it has less.
  private void keepInstead(int group, Block own, @Nullable Block before) {
    if (before != own) {
      if (before != null) {
        blocks.drop(before);
      }
      blocks.keep(own, node);
    }
    node.page(group, own);
  }

  private void goOver(int group, Block own, Block kept) {
    blocks.share(kept);
    holding.tables[group].replace(node.start / pageTokens, kept);
    holding.tablesChanged();
    holding.writableTo = 0;
    blocks.giveBack(own, holding);
  }

  private void putCheckpoints(int length) {
    var each = holding.saved.iterator();
    while (each.hasNext()) {
      Holding.Saved saved = each.next();
      if (saved.position() <= length) {
        each.remove();
        put(saved);
      }
    }
  }

  private void put(Holding.Saved saved) {
    IndexNode at = nodeAt(saved.position());
    if (at.checkpoints.containsKey(saved.position())) {
      saved.blocks().forEach(block -> blocks.giveBack(block, holding));
      return;
    }
    checkpoints.put(new Checkpoint(at, saved));
    for (Block block : saved.blocks()) {
      blocks.keep(block, at);
      blocks.giveBack(block, holding);
    }
  }

  /// The node on the way to here that has the token before `position`.
  private IndexNode nodeAt(int position) {
    IndexNode at = node;
    while (at.start >= position && at.parent != null) {
      at = at.parent;
    }
    return at;
  }
}
