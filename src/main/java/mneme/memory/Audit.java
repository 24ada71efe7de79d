package mneme.memory;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Recounts everything from the things themselves and compares it with the books: every place of
/// every slab, every page table, every node of the index, every promise.
final class Audit {
  private final Slabs slabs;
  private final Blocks blocks;
  private final PrefixIndex index;
  private final List<@Nullable Holding> holdings;
  private final long checkpointBytes;
  private final List<String> faults = new ArrayList<>();

  /// What was found to name each block.
  private final Map<Block, Names> names = new IdentityHashMap<>();

  private final Map<SizeClass, Integer> promised = new IdentityHashMap<>();

  private static final class Names {
    int leases;
    int nodes;
    boolean isResting;
  }

  /// @param checkpointBytes most bytes that saved states may take
  Audit(Blocks blocks, PrefixIndex index, List<@Nullable Holding> holdings, long checkpointBytes) {
    slabs = blocks.slabs();
    this.blocks = blocks;
    this.index = index;
    this.holdings = holdings;
    this.checkpointBytes = checkpointBytes;
  }

  void run() {
    holdings.forEach(this::collect);
    index.roots().forEach(this::collect);
    blocks.resting().forEach(block -> of(block).isResting = true);
    names.forEach(this::check);
    slabs.sizes().forEach(this::check);
    checkSlabs();
    checkBytes();
    checkBudget();
    checkPromises();
    if (!faults.isEmpty()) {
      throw new LedgerException(
          "the books are wrong in %d ways:%n%s"
              .formatted(faults.size(), String.join("\n", faults)));
    }
  }

  private void expect(boolean isRight, String fault, Object... values) {
    if (!isRight) {
      faults.add(fault.formatted(values));
    }
  }

  private Names of(Block block) {
    return names.computeIfAbsent(block, _ -> new Names());
  }

  private void collect(@Nullable Holding holding) {
    if (holding == null) {
      return;
    }
    for (int group = 0; group < holding.tables.length; group++) {
      PageTable table = holding.tables[group];
      for (int i = table.first(); i < table.end(); i++) {
        of(table.block(i)).leases++;
      }
      promised.merge(holding.model.pageSizes[group], holding.promise[group], Integer::sum);
      expect(holding.promise[group] >= 0, "owner %d: promise below 0", holding.lease.owner());
    }
    for (Block state : holding.states) {
      of(state).leases++;
    }
    holding.saved.forEach(saved -> saved.blocks().forEach(block -> of(block).leases++));
  }

  private void collect(IndexNode root) {
    List<IndexNode> open = new ArrayList<>(List.of(root));
    while (!open.isEmpty()) {
      IndexNode node = open.removeLast();
      node.children().forEach(open::add);
      expect(node == root || !node.isEmpty(), "node at %d holds nothing", node.start);
      expect(
          node.isQueued == (node != root && node.isCandidate()),
          "node at %d: queued is %b",
          node.start,
          node.isQueued);
      int dependents = 0;
      for (IndexNode child : node.children()) {
        int carrier = node.model.unwindowedGroup;
        Block page = carrier < 0 ? null : child.page(carrier);
        dependents += page != null && page.leases == 0 ? 1 : 0;
      }
      expect(
          dependents == node.dependents,
          "node at %d: %d children depend on it, not %d",
          node.start,
          dependents,
          node.dependents);
      for (int group = 0; group < node.model.groups(); group++) {
        kept(node.page(group), node);
      }
      for (Checkpoint checkpoint : node.checkpoints.values()) {
        expect(checkpoint.isQueued, "checkpoint at %d is not queued", checkpoint.position);
        checkpoint.blocks.forEach(block -> kept(block, node));
      }
    }
  }

  private void kept(@Nullable Block block, IndexNode node) {
    if (block != null) {
      of(block).nodes++;
      expect(block.cachedIn == node, "%s is kept by a node it does not know", block);
    }
  }

  private void check(Block block, Names found) {
    expect(block.leases == found.leases, "%s: %d leases name it", block, found.leases);
    expect((block.cachedIn != null ? 1 : 0) == found.nodes, "%s: %d nodes", block, found.nodes);
    expect(block.isResting == found.isResting, "%s: resting is %b", block, found.isResting);
    int uses = (found.leases > 0 || found.nodes > 0 ? 1 : 0) + (found.isResting ? 1 : 0);
    expect(uses == 1, "%s is in %d lists", block, uses);
    expect(block.slab.blocks[block.place] == block, "%s is not in its place", block);
  }

  private void check(SizeClass size) {
    int live = 0;
    int cached = 0;
    int resting = 0;
    for (Block block : names.keySet()) {
      if (block.size == size) {
        live++;
        cached += block.isCachedOnly() ? 1 : 0;
        resting += block.isResting ? 1 : 0;
      }
    }
    expect(
        live == size.live && cached == size.cached && resting == size.resting,
        "size %d: %d live, %d cached, %d resting; the books say %d, %d, %d",
        size.bytes,
        live,
        cached,
        resting,
        size.live,
        size.cached,
        size.resting);
    int owed = promised.getOrDefault(size, 0);
    expect(owed == size.promised, "size %d: promised %d, not %d", size.bytes, owed, size.promised);
  }

  private void checkSlabs() {
    int free = 0;
    for (int i = 0; i < slabs.shape().slabs(); i++) {
      Slab slab = slabs.slab(i);
      expect((slab == null) == slabs.isFree(i), "slab %d is free and used", i);
      expect(
          slab == null || slab.size.bank == slabs.shape().bankOf(slabs.shape().at(i)),
          "slab %d serves another bank",
          i);
      if (slab == null) {
        free++;
      } else {
        check(slab);
      }
    }
    expect(free == slabs.freeCount(), "%d slabs are free, not %d", free, slabs.freeCount());
    int used = slabs.sizes().stream().mapToInt(size -> size.slabCount).sum();
    expect(free + used == slabs.shape().slabs(), "%d slabs free and %d used", free, used);
  }

  private void check(Slab slab) {
    int live = 0;
    int resting = 0;
    for (Block block : slab.blocks) {
      if (block != null) {
        live++;
        resting += block.isResting ? 1 : 0;
        expect(names.containsKey(block), "%s: nothing names it", block);
        expect(block.slab == slab, "%s lies in slab %d", block, slab.index);
      }
    }
    expect(live == slab.live() && live > 0, "slab %d: %d live", slab.index, live);
    expect(resting == slab.resting, "slab %d: %d resting", slab.index, resting);
    expect(slab.size.slabs.get(slab.index), "slab %d is not its size's", slab.index);
    expect(slab.size.open.get(slab.index) != slab.isFull(), "slab %d: open is wrong", slab.index);
  }

  private void checkBytes() {
    long[][] found = new long[Blocks.Use.values().length][Block.Kind.values().length];
    for (Block block : names.keySet()) {
      found[use(block).ordinal()][block.kind.ordinal()] += block.size.bytes;
    }
    for (Blocks.Use use : Blocks.Use.values()) {
      for (Block.Kind kind : Block.Kind.values()) {
        long bytes = found[use.ordinal()][kind.ordinal()];
        expect(bytes == blocks.bytes(use, kind), "%s %s: %d bytes", use, kind, bytes);
      }
    }
  }

  private void checkBudget() {
    long saved = blocks.checkpointBytes();
    expect(saved <= checkpointBytes, "%d bytes of states are saved, of %d", saved, checkpointBytes);
  }

  private void checkPromises() {
    long missing = slabs.missingLater(new Need());
    expect(missing == 0, "%d more slabs are leased or promised than there are", missing);
  }

  private static Blocks.Use use(Block block) {
    if (block.leases > 0) {
      return Blocks.Use.LEASED;
    }
    return block.isResting ? Blocks.Use.RESTING : Blocks.Use.CACHED;
  }
}
