package mneme.memory;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// From tokens to shared pages and checkpoints: a tree of pages with one root for each tenant and
/// model. Nothing is ever shared between tenants, and no answer tells one of another's tokens. What
/// only the index holds goes when memory is short.
final class PrefixIndex {
  private record RootKey(int model, int tenant) {}

  private final Map<RootKey, IndexNode> roots = new LinkedHashMap<>();
  private final Eviction eviction = new Eviction();
  private final Checkpoints checkpoints = new Checkpoints(eviction);
  private final Blocks blocks;

  PrefixIndex(Blocks blocks) {
    this.blocks = blocks;
    blocks.watch(this::onChange);
  }

  Iterable<IndexNode> roots() {
    return roots.values();
  }

  /// The longest prefix of `prompt`, of at most `atMost` tokens, whose memory is there.
  Match match(PooledModel model, int tenant, Tokens prompt, int atMost) {
    IndexNode root = roots.get(new RootKey(model.number, tenant));
    return root == null ? Match.nothing(Lookup.UNKNOWN) : new Lookup(root, prompt, atMost).match();
  }

  /// Remembers that `match` was used.
  void touch(Match match) {
    match.path().forEach(eviction::touch);
    Checkpoint checkpoint = match.checkpoint();
    if (checkpoint != null) {
      eviction.touch(checkpoint);
    }
  }

  /// Keeps `match` from being evicted while it is taken over.
  void pin(Match match, boolean isPinned) {
    Checkpoint checkpoint = match.checkpoint();
    if (checkpoint != null && isPinned) {
      eviction.leave(checkpoint);
    } else if (checkpoint != null) {
      eviction.enter(checkpoint);
    }
  }

  void publish(Holding holding, Tokens computed, boolean isWhole) {
    RootKey key = new RootKey(holding.model.number, holding.tenant);
    IndexNode root = roots.computeIfAbsent(key, _ -> new IndexNode(holding.model));
    new Publication(blocks, eviction, holding, root)
        .publish(computed, isWhole)
        .forEach(this::reconsider);
  }

  /// Frees what is least worth keeping. False if nothing may go.
  boolean evictOne() {
    return evict(eviction.next());
  }

  boolean evictCheckpoint() {
    return evict(eviction.nextCheckpoint());
  }

  private boolean evict(@Nullable Candidate candidate) {
    switch (candidate) {
      case null -> {
        return false;
      }
      case IndexNode node -> dropPages(node);
      case Checkpoint checkpoint -> dropCheckpoint(checkpoint);
    }
    return true;
  }

  private void dropPages(IndexNode node) {
    for (int group = 0; group < node.model.groups(); group++) {
      Block page = node.page(group);
      if (page != null && node.isDroppable(group)) {
        blocks.drop(page);
        node.dropPage(group);
      }
    }
    prune(node);
  }

  private void dropCheckpoint(Checkpoint checkpoint) {
    checkpoints.remove(checkpoint);
    checkpoint.blocks.forEach(blocks::drop);
    prune(checkpoint.node);
  }

  /// Takes out nodes that hold nothing, from `node` towards the root.
  private void prune(IndexNode node) {
    IndexNode kept = node;
    while (kept.parent != null && kept.isEmpty()) {
      eviction.leave(kept);
      kept.leave();
      kept = kept.parent;
    }
    reconsider(kept);
  }

  private void onChange(Block block, IndexNode node, int change) {
    if (node.parent != null && node.isCarrier(block)) {
      node.parent.dependents += change;
      reconsider(node.parent);
    }
    if (block.cachedIn != null) {
      reconsider(node);
    }
  }

  /// Whether the pages of `node` may go has perhaps changed.
  private void reconsider(IndexNode node) {
    eviction.leave(node);
    if (node.parent != null && node.isCandidate()) {
      eviction.enter(node);
    } else if (node.parent != null && node.isEmpty()) {
      prune(node);
    }
  }

  /// Forgets all that `model` has left, which nobody leases any more.
  void forget(PooledModel model) {
    roots.entrySet().stream()
        .filter(entry -> entry.getKey().model() == model.number)
        .map(Map.Entry::getValue)
        .forEach(this::forgetBelow);
    roots.keySet().removeIf(key -> key.model() == model.number);
  }

  private void forgetBelow(IndexNode root) {
    ArrayDeque<IndexNode> open = new ArrayDeque<>();
    open.add(root);
    while (!open.isEmpty()) {
      IndexNode node = open.removeFirst();
      node.children().forEach(open::add);
      eviction.leave(node);
      for (Checkpoint checkpoint : node.checkpoints.values()) {
        eviction.leave(checkpoint);
        checkpoint.blocks.forEach(blocks::drop);
      }
      for (int group = 0; group < node.model.groups(); group++) {
        Block page = node.page(group);
        if (page != null) {
          blocks.drop(page);
        }
      }
    }
  }
}
