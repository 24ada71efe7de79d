package mneme.memory;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;

/// The life of every block: lent to leases, kept by the prefix index, at rest, free. What is given
/// back rests while a step that was started before may still touch it.
final class Blocks {
  /// What a block is there for; a free place has no block.
  enum Use {
    LEASED,
    CACHED,
    RESTING
  }

  private final Slabs slabs;
  private final ArrayDeque<Block> resting = new ArrayDeque<>();
  private final long[][] bytes = new long[Use.values().length][Block.Kind.values().length];
  private CacheWatch watch = (_, _, _) -> {};
  private long lastStarted;
  private long lastEnded;

  Blocks(Slabs slabs) {
    this.slabs = slabs;
  }

  /// Hears when a block becomes, or stops being, one that only the index holds.
  interface CacheWatch {
    /// @param change 1 if `block` is held by `node` alone from now on, -1 if no longer
    void onChange(Block block, IndexNode node, int change);
  }

  void watch(CacheWatch watcher) {
    watch = watcher;
  }

  Slabs slabs() {
    return slabs;
  }

  Collection<Block> resting() {
    return Collections.unmodifiableCollection(resting);
  }

  long bytes(Use use, Block.Kind kind) {
    return bytes[use.ordinal()][kind.ordinal()];
  }

  Usage usage(long total) {
    long pages = bytes(Use.LEASED, Block.Kind.PAGE);
    long states = bytes(Use.LEASED, Block.Kind.STATE) + bytes(Use.LEASED, Block.Kind.CHECKPOINT);
    long resting = Arrays.stream(bytes[Use.RESTING.ordinal()]).sum();
    long cachedPages = bytes(Use.CACHED, Block.Kind.PAGE);
    long cachedStates = bytes(Use.CACHED, Block.Kind.CHECKPOINT);
    long free = total - pages - states - resting - cachedPages - cachedStates;
    return new Usage(total, free, pages, states, resting, cachedPages, cachedStates);
  }

  /// A new block, held by one lease. The caller has secured its place.
  Block lend(SizeClass size, Block.Kind kind, int tenant, boolean isOverwritten) {
    Block block = slabs.take(size, kind, tenant, isOverwritten);
    block.leases = 1;
    count(block, Use.LEASED, 1);
    return block;
  }

  /// One more lease holds `block`.
  void share(Block block) {
    IndexNode node = block.cachedIn;
    if (block.leases++ == 0 && node != null) {
      count(block, Use.LEASED, 1);
      countCached(block, node, -1);
    }
  }

  /// `holding` holds `block` no more.
  void giveBack(Block block, Holding holding) {
    if (block.writer == holding) {
      block.writer = null;
    }
    block.lastStep = lastStarted;
    if (--block.leases > 0) {
      return;
    }
    count(block, Use.LEASED, -1);
    IndexNode node = block.cachedIn;
    if (node == null) {
      retire(block);
    } else {
      countCached(block, node, 1);
    }
  }

  /// Takes back a [#share] that came to nothing: no step was told of it.
  void unshare(Block block, Holding holding) {
    long lastStep = block.lastStep;
    giveBack(block, holding);
    block.lastStep = lastStep;
  }

  /// A live state is a saved one from now on.
  void becomeCheckpoint(Block block) {
    count(block, Use.LEASED, -1);
    block.kind = Block.Kind.CHECKPOINT;
    count(block, Use.LEASED, 1);
  }

  long checkpointBytes() {
    return bytes(Use.LEASED, Block.Kind.CHECKPOINT) + bytes(Use.CACHED, Block.Kind.CHECKPOINT);
  }

  /// The index keeps a block that some lease holds now.
  void keep(Block block, IndexNode node) {
    if (block.leases == 0 || block.cachedIn != null) {
      throw new LedgerException("the index can keep a leased block once, not " + block.leases);
    }
    block.cachedIn = node;
  }

  /// The index keeps `block` no more.
  void drop(Block block) {
    IndexNode node = block.cachedIn;
    block.cachedIn = null;
    if (block.leases == 0 && node != null) {
      countCached(block, node, -1);
      retire(block);
    }
  }

  private void countCached(Block block, IndexNode node, int change) {
    block.size.cached += change;
    count(block, Use.CACHED, change);
    watch.onChange(block, node, change);
  }

  private void retire(Block block) {
    if (block.lastStep <= lastEnded) {
      slabs.free(block);
      return;
    }
    block.lastStep = lastStarted;
    block.isResting = true;
    block.size.resting++;
    block.slab.resting++;
    count(block, Use.RESTING, 1);
    resting.add(block);
  }

  void stepStarted(long step) {
    if (step <= lastStarted) {
      throw new LedgerException("step %d started after step %d".formatted(step, lastStarted));
    }
    lastStarted = step;
  }

  void stepEnded(long step) {
    if (step <= lastEnded || step > lastStarted) {
      throw new LedgerException(
          "step %d ended; %d was the last to start, %d to end"
              .formatted(step, lastStarted, lastEnded));
    }
    lastEnded = step;
    while (!resting.isEmpty() && resting.getFirst().lastStep <= step) {
      wake(resting.removeFirst());
    }
  }

  private void wake(Block block) {
    block.isResting = false;
    block.size.resting--;
    block.slab.resting--;
    count(block, Use.RESTING, -1);
    slabs.free(block);
  }

  private void count(Block block, Use use, int sign) {
    bytes[use.ordinal()][block.kind.ordinal()] += sign * block.size.bytes;
  }
}
