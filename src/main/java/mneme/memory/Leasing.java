package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The leases of one ledger: opens them, finds them by their fenced handle, ends them.
final class Leasing {
  private final Blocks blocks;
  private final Room room;
  private final Consumer<Chore> chores;
  private final List<@Nullable Holding> slots = new ArrayList<>();
  private final ArrayList<Integer> freeSlots = new ArrayList<>();
  private long epoch;
  private final Need need = new Need();

  Leasing(Blocks blocks, Room room, Consumer<Chore> chores) {
    this.blocks = blocks;
    this.room = room;
    this.chores = chores;
  }

  List<@Nullable Holding> slots() {
    return slots;
  }

  @Nullable Holding find(Lease lease) {
    Holding holding = lease.slot() < slots.size() ? slots.get(lease.slot()) : null;
    return holding != null && holding.lease.epoch() == lease.epoch() ? holding : null;
  }

  Holding held(Lease lease) {
    Holding holding = find(lease);
    if (holding == null) {
      throw new StaleLeaseException(lease);
    }
    return holding;
  }

  private Lease newLease(long owner) {
    int slot = freeSlots.isEmpty() ? slots.size() : freeSlots.removeLast();
    if (slot == slots.size()) {
      slots.add(null);
    }
    return new Lease(owner, slot, ++epoch);
  }

  /// Opens a lease on what `match` gives and on fresh memory for the rest.
  Opening open(Claim claim, PooledModel model, int tenant, Match match) {
    Holding holding = new Holding(newLease(claim.owner()), tenant, model);
    for (int group = 0; group < holding.tables.length; group++) {
      adopt(holding, group, match);
    }
    holding.start = match.tokens();
    holding.end = match.tokens();
    holding.branch = match.branch();
    Checkpoint checkpoint = match.checkpoint();
    List<Block> origin = checkpoint == null ? List.of() : checkpoint.blocks;
    Shortage shortage = take(holding, claim.promisedTokens(), origin);
    if (shortage != null) {
      abandon(holding);
      return new Opening.Short(shortage);
    }
    slots.set(holding.lease.slot(), holding);
    return new Opening.Opened(holding.lease, match.tokens(), match.note());
  }

  private void adopt(Holding holding, int group, Match match) {
    int first = holding.model.firstPage(group, match.tokens());
    PageTable table = holding.tables[group];
    table.startAt(first);
    for (int i = first; i < match.path().size(); i++) {
      Block page = Objects.requireNonNull(match.path().get(i).page(group));
      blocks.share(page);
      table.append(page);
    }
  }

  /// Undoes an opening that came to nothing.
  private void abandon(Holding holding) {
    freeSlots.add(holding.lease.slot());
    for (PageTable table : holding.tables) {
      while (table.size() > 0) {
        blocks.unshare(table.removeLast(), holding);
      }
    }
  }

  /// Opens a lease that shares every page of `parent` and has a copy of its states.
  Opening fork(Holding parent, long owner, int promisedTokens) {
    Holding child = new Holding(newLease(owner), parent.tenant, parent.model);
    for (int group = 0; group < child.tables.length; group++) {
      shareAll(parent, child, group);
    }
    child.start = parent.end;
    child.end = parent.end;
    Shortage shortage = take(child, promisedTokens, List.of(parent.states));
    if (shortage != null) {
      abandon(child);
      return new Opening.Short(shortage);
    }
    slots.set(child.lease.slot(), child);
    return new Opening.Opened(child.lease, child.end, "all tokens come from the fork's parent");
  }

  private void shareAll(Holding parent, Holding child, int group) {
    PageTable table = parent.tables[group];
    int pageTokens = parent.model.plan.pageTokens();
    child.tables[group].startAt(table.first());
    for (int i = table.first(); i < table.end(); i++) {
      Block page = table.block(i);
      blocks.share(page);
      page.freeze(Math.clamp(parent.end - (long) i * pageTokens, 0, pageTokens));
      child.tables[group].append(page);
    }
  }

  /// Takes state blocks for `holding`, copied from `origin` unless that is empty, and sets its
  /// pages aside.
  private @Nullable Shortage take(Holding holding, int promisedTokens, List<Block> origin) {
    need.clear();
    for (SizeClass size : holding.model.stateSizes) {
      need.add(size, 1);
    }
    for (int group = 0; group < holding.promise.length; group++) {
      need.setAside(holding.model.pageSizes[group], missingPages(holding, group, promisedTokens));
    }
    Shortage shortage = room.make(need);
    if (shortage != null) {
      return shortage;
    }
    for (int group = 0; group < holding.promise.length; group++) {
      holding.promise[group] = missingPages(holding, group, promisedTokens);
      holding.model.pageSizes[group].promised += holding.promise[group];
    }
    holding.promisedTokens = promisedTokens;
    copyStates(holding, origin);
    return null;
  }

  /// Pages that `holding` may have to take on the way to `promisedTokens`: all but the shared ones
  /// that it can keep as they are.
  private static int missingPages(Holding holding, int group, int promisedTokens) {
    int peak = holding.model.peakPages(group, promisedTokens);
    boolean isWindowed = holding.model.windowTokens(group) > 0;
    int kept = isWindowed ? 0 : holding.end / holding.model.plan.pageTokens();
    return Math.max(0, peak - kept);
  }

  private void copyStates(Holding holding, List<Block> origin) {
    for (int i = 0; i < holding.states.length; i++) {
      SizeClass size = holding.model.stateSizes[i];
      boolean isCopied = !origin.isEmpty();
      holding.states[i] = blocks.lend(size, Block.Kind.STATE, holding.tenant, isCopied);
      if (isCopied) {
        copy(origin.get(i), holding.states[i]);
      }
    }
  }

  private void copy(Block from, Block to) {
    chores.accept(new Chore.Copy(from.at(), to.at(), from.size.bytes));
  }

  /// Saves the states of `holding` as they are once every step started so far has run.
  @Nullable Shortage save(Holding holding) {
    need.clear();
    for (SizeClass size : holding.model.stateSizes) {
      need.add(size, 1);
    }
    Shortage shortage = room.make(need);
    if (shortage != null) {
      return shortage;
    }
    List<Block> copies = new ArrayList<>();
    for (Block state : holding.states) {
      Block saved = blocks.lend(state.size, Block.Kind.CHECKPOINT, holding.tenant, true);
      copy(state, saved);
      copies.add(saved);
    }
    holding.saved.add(new Holding.Saved(holding.end, copies));
    return null;
  }

  /// The live states of `holding`, which will run no more, count as saved.
  void saveInPlace(Holding holding) {
    for (Block state : holding.states) {
      blocks.becomeCheckpoint(state);
    }
    holding.saved.add(new Holding.Saved(holding.end, List.of(holding.states)));
    holding.states = new Block[0];
  }

  Ledger.AtRisk atRisk(Holding holding) {
    long bytes = 0;
    int sharedPages = Integer.MAX_VALUE;
    for (int group = 0; group < holding.tables.length; group++) {
      PageTable table = holding.tables[group];
      int alone = firstAlone(table);
      bytes += holding.promise[group] * holding.model.pageSizes[group].bytes;
      if (alone < table.end()) {
        bytes += (table.end() - alone) * table.block(alone).size.bytes;
      }
      sharedPages = Math.min(sharedPages, alone);
    }
    boolean isStateLost = holding.model.hasStates();
    for (Block state : holding.states) {
      bytes += state.size.bytes;
    }
    int shared =
        isStateLost || holding.tables.length == 0
            ? 0
            : (int) Math.min(holding.end, (long) sharedPages * holding.model.plan.pageTokens());
    return new Ledger.AtRisk(holding.end - shared, bytes);
  }

  /// First page that no other lease holds; all after it are this lease's alone, too.
  private static int firstAlone(PageTable table) {
    int low = table.first();
    int high = table.end();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (table.block(middle).leases > 1) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  boolean release(Lease lease, boolean isTainted) {
    Holding holding = find(lease);
    if (holding == null) {
      return false;
    }
    slots.set(lease.slot(), null);
    freeSlots.add(lease.slot());
    Spans.dropPromise(holding);
    for (PageTable table : holding.tables) {
      while (table.size() > 0) {
        giveBack(table.removeLast(), holding, isTainted);
      }
    }
    for (Block state : holding.states) {
      giveBack(state, holding, isTainted);
    }
    holding.saved.forEach(saved -> saved.blocks().forEach(b -> giveBack(b, holding, isTainted)));
    return true;
  }

  private void giveBack(Block block, Holding holding, boolean isTainted) {
    block.isTainted |= isTainted && block.leases == 1 && block.cachedIn == null;
    blocks.giveBack(block, holding);
  }
}
