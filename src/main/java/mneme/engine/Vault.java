package mneme.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.PoolSpace;
import mneme.memory.SlabSizing;
import mneme.schedule.Admission;
import org.apache.pekko.actor.typed.ActorRef;

/// What outlives the pool's ledgers: the memory plans it serves, and how its bytes are shared out.
class Vault {
  /// @param longestSpanTokens most tokens of a sequence that one step reads
  /// @param contextTokens longest sequence that the model allows
  /// @param endIds tokens that close a message
  /// @param host hears how much fits whenever the pool is cut anew
  record Entry(
      MemoryPlan plan,
      int longestSpanTokens,
      int contextTokens,
      Set<Integer> endIds,
      ActorRef<ModelHost.Command> host) {
    Entry {
      endIds = Set.copyOf(endIds);
    }
  }

  private final double checkpointShare;
  private final int gridTokens;
  private final int waitingLimit;

  /// By the model's number.
  private final Map<Integer, Entry> entries = new TreeMap<>();

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

  /// A ledger on `banks`, cut for `plans`, of which nothing is lent.
  Ledger open(List<PoolSpace> banks, List<MemoryPlan> plans) {
    PoolShape shape = SlabSizing.of(banks, plans);
    Ledger ledger = new Ledger(shape, (long) (shape.bytes() * checkpointShare));
    entries.forEach(
        (model, entry) -> ledger.register(model, entry.plan(), entry.longestSpanTokens()));
    return ledger;
  }

  /// Makes a plan known to `ledger` and to every later one.
  MemoryPool.Registration register(Ledger ledger, MemoryPool.Register wish) {
    Entry entry = wish.entry();
    try {
      ledger.register(wish.model(), entry.plan(), entry.longestSpanTokens());
      entries.put(wish.model(), entry);
      return new MemoryPool.Registered(wish.model(), admission(ledger, entry));
    } catch (IllegalArgumentException e) {
      return new MemoryPool.NotRegistered(String.valueOf(e.getMessage()));
    }
  }

  /// Forgets a model, here and in `ledger`, and all that is cached for it.
  void unregister(Ledger ledger, int model) {
    if (entries.remove(model) != null) {
      ledger.unregister(model);
    }
  }

  boolean knows(int model) {
    return entries.containsKey(model);
  }

  Entry entry(int model) {
    return Objects.requireNonNull(entries.get(model));
  }

  /// Tells every host what fits `ledger`, which is cut as no pool was before.
  void tellHosts(Ledger ledger) {
    entries.forEach(
        (model, entry) -> entry.host().tell(new ModelHost.Recut(model, admission(ledger, entry))));
  }

  private static Admission admission(Ledger ledger, Entry entry) {
    return new Admission(
        entry.plan(), ledger.shape(), entry.longestSpanTokens(), entry.contextTokens());
  }
}
