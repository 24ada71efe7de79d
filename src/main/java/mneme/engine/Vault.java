package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.SlabSizing;
import mneme.schedule.Admission;

/// What outlives the pool's ledgers: the memory plans it serves, and how its bytes are shared out.
class Vault {
  /// @param longestSpanTokens most tokens of a sequence that one step reads
  /// @param contextTokens longest sequence that the model allows
  record Entry(MemoryPlan plan, int longestSpanTokens, int contextTokens) {}

  private final double checkpointShare;
  private final int gridTokens;
  private final int waitingLimit;
  private final List<Entry> entries = new ArrayList<>();

  /// @param checkpointShare of the pool's bytes that saved states may take
  /// @param gridTokens distance of the places where states may be saved
  /// @param waitingLimit most requests that wait for memory
  Vault(double checkpointShare, int gridTokens, int waitingLimit) {
    this.checkpointShare = checkpointShare;
    this.gridTokens = gridTokens;
    this.waitingLimit = waitingLimit;
  }

  static Vault of(EngineSettings settings) {
    return new Vault(
        settings.checkpointShare(), settings.limits().chunkTokens(), settings.waitingLimit());
  }

  int waitingLimit() {
    return waitingLimit;
  }

  int gridTokens() {
    return gridTokens;
  }

  /// A ledger on `bytes` bytes, cut for `plans`, of which nothing is lent.
  Ledger open(long bytes, List<MemoryPlan> plans) {
    PoolShape shape = SlabSizing.of(bytes, plans);
    Ledger ledger = new Ledger(shape, (long) (shape.bytes() * checkpointShare));
    entries.forEach(entry -> ledger.register(entry.plan(), entry.longestSpanTokens()));
    return ledger;
  }

  /// Makes a plan known to `ledger` and to every later one.
  MemoryPool.Registration register(Ledger ledger, Entry entry) {
    try {
      int model = ledger.register(entry.plan(), entry.longestSpanTokens());
      entries.add(entry);
      return new MemoryPool.Registered(model, longestTokens(ledger, entry));
    } catch (IllegalArgumentException e) {
      return new MemoryPool.NotRegistered(String.valueOf(e.getMessage()));
    }
  }

  /// Longest sequence of a model that fits `ledger` alone.
  private static int longestTokens(Ledger ledger, Entry entry) {
    return new Admission(
            entry.plan(), ledger.shape(), entry.longestSpanTokens(), entry.contextTokens())
        .longest();
  }
}
