package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/// Who holds which bytes of one device's pool: the logic of the memory pool, without its actor.
/// Pages and states of any number of models live in the same bytes.
///
/// A sequence is [opened][#open], [grows][#grow] by one span at a time, and is [retired][#retire]
/// (its pages and states stay cached for others) or [released][#release]. To rewind, to preempt or
/// to replay is the same thing: retire, and later open with the tokens to continue from; the prefix
/// index gives back what is still there.
///
/// The contract with the device: for each step take the views of its spans and then [#chores()],
/// with no other call in between; run those chores, then the step, in that order and strictly after
/// all that was taken before. Between [#stepStarted] and [#stepEnded] what is given back rests.
///
/// Single-threaded. A grow inside a page costs a few comparisons and makes no garbage.
public final class Ledger {
  private final Slabs slabs;
  private final Blocks blocks;
  private final PrefixIndex index;
  private final Room room;
  private final Spans spans;
  private final Leasing leasing;
  private final Models models = new Models();
  private final Tenants tenants = new Tenants();
  private List<Chore> chores = new ArrayList<>();
  private final long checkpointBytes;

  /// @param checkpointBytes most bytes that saved states may take, cached and leased together
  public Ledger(PoolShape shape, long checkpointBytes) {
    this.checkpointBytes = checkpointBytes;
    slabs = new Slabs(shape, this::add);
    blocks = new Blocks(slabs);
    index = new PrefixIndex(blocks);
    room = new Room(slabs, index);
    spans = new Spans(blocks, room, this::add);
    leasing = new Leasing(blocks, room, this::add);
  }

  private void add(Chore chore) {
    chores.add(chore);
  }

  public PoolShape shape() {
    return slabs.shape();
  }

  /// Makes `plan` known and returns the number by which claims name it.
  ///
  /// If its objects are larger than a slab and nothing is leased, the pool is cut anew and [#shape]
  /// changes; what was cached is forgotten.
  ///
  /// @param chunkTokens longest span that a sequence of this model will run
  /// @throws IllegalArgumentException if one of its pages or states is larger than a slab and the
  ///   pool is in use, or larger than the pool
  public int register(MemoryPlan plan, int chunkTokens) {
    int number = models.freeNumber();
    register(number, plan, chunkTokens);
    return number;
  }

  /// As [#register(MemoryPlan, int)], under a number that no other model has.
  public void register(int number, MemoryPlan plan, int chunkTokens) {
    TreeSet<ObjectSize> sizes = ObjectSize.of(plan);
    if (!sizes.isEmpty() && sizes.last().bytes() > shape().slabBytes() && isUnused()) {
      models.all().forEach(index::forget);
      slabs.recut(sizes);
    }
    models.add(new PooledModel(number, plan, chunkTokens, slabs));
  }

  private boolean isUnused() {
    return blocks.resting().isEmpty() && leasing.slots().stream().allMatch(Objects::isNull);
  }

  /// Forgets a model and all that is cached for it.
  ///
  /// @throws LedgerException if a sequence of it still holds a lease
  public void unregister(int model) {
    for (Holding holding : leasing.slots()) {
      if (holding != null && holding.model.number == model) {
        throw new LedgerException(
            "model %d is still used by owner %d".formatted(model, holding.lease.owner()));
      }
    }
    index.forget(models.remove(model));
  }

  /// Opens a lease: reuses the longest prefix that is known of this tenant, takes state blocks, and
  /// sets pages aside up to the promised length. Pages are taken as the sequence grows.
  public Opening open(Claim claim) {
    PooledModel model = models.get(claim.model());
    int tenant = tenants.number(claim.tenant());
    Match match = index.match(model, tenant, claim.prompt(), claim.prompt().length() - 1);
    Opening opening = openOn(match, claim, model, tenant);
    if (match.tokens() == 0 || opening instanceof Opening.Opened) {
      return opening;
    }
    // To copy what is shared takes memory beside it; a cold start takes what arithmetic says.
    String note = match.tokens() + " tokens are known, but there is no room to copy what is shared";
    return openOn(Match.nothing(note), claim, model, tenant);
  }

  private Opening openOn(Match match, Claim claim, PooledModel model, int tenant) {
    index.pin(match, true);
    Opening opening = leasing.open(claim, model, tenant, match);
    index.pin(match, false);
    if (opening instanceof Opening.Opened) {
      index.touch(match);
    }
    return opening;
  }

  /// Makes positions `[start, end)` ready to be written by the next step: pages exist, pages that
  /// others rely on are copied first, pages that the token at `start` no longer sees are given
  /// back.
  ///
  /// @param start where the span begins: at the end of the last one, or again at its start if it
  ///   did not run
  public Growth grow(Lease lease, int start, int end) {
    Holding holding = leasing.find(lease);
    if (holding == null) {
      return new Growth.Stale(lease);
    }
    if (holding.isHalted) {
      throw new LedgerException("lease of owner %d grows after its end".formatted(lease.owner()));
    }
    if (start < holding.start || start > holding.end || end <= start) {
      throw new IllegalArgumentException(
          "span [%d, %d) after [%d, %d); to rewind, retire the lease and open another"
              .formatted(start, end, holding.start, holding.end));
    }
    Shortage shortage = spans.ready(holding, start, end);
    return shortage == null ? Growth.GRANTED : new Growth.Short(shortage);
  }

  /// Nothing that was granted past `read` tokens has run or will run: the sequence has ended there,
  /// and its states stay as they are after that many tokens. Nothing more can be granted to it.
  ///
  /// @throws IllegalArgumentException if more tokens than were granted
  public void halt(Lease lease, int read) {
    Holding holding = leasing.find(lease);
    if (holding != null) {
      holding.halt(read);
    }
  }

  /// Where the memory of `lease` lies now. Valid for the step whose chores are taken next.
  ///
  /// @throws StaleLeaseException if the lease has ended
  public LeaseView view(Lease lease) {
    return leasing.held(lease).view(slabs.moves());
  }

  /// What would have to run again if this lease ended and all that nobody else leases were evicted.
  ///
  /// @throws StaleLeaseException if the lease has ended
  public AtRisk atRisk(Lease lease) {
    return leasing.atRisk(leasing.held(lease));
  }

  /// What depends on one lease alone.
  ///
  /// @param tokens that would have to run again
  /// @param bytes held or set aside for it
  public record AtRisk(int tokens, long bytes) {}

  /// Where other texts that are known part from the one that `lease` was opened with, behind what
  /// could be reused of it: if it saves its states there, they are likely to serve. 0 if there is
  /// no such place.
  ///
  /// @throws StaleLeaseException if the lease has ended
  public int branch(Lease lease) {
    return leasing.held(lease).branch;
  }

  public boolean isCurrent(Lease lease) {
    return leasing.find(lease) != null;
  }

  /// A second lease on the same tokens, for another continuation: shares every page, which is
  /// copied when either side writes to it, and gets a copy of the states. Call it when every span
  /// granted so far has been handed to the device, before the next one is granted.
  ///
  /// @param promisedTokens as in [Claim#promisedTokens]
  public Opening fork(Lease lease, long owner, int promisedTokens) {
    Holding parent = leasing.find(lease);
    return parent == null ? new Opening.Stale(lease) : leasing.fork(parent, owner, promisedTokens);
  }

  /// Saves a copy of the states as they will be when every step started so far has run, which is
  /// after the last granted span. It stays with the lease until [#publish] puts it in the prefix
  /// index. Call it when that span has been handed to the device, before the next one is granted.
  ///
  /// @return whether there was room for it; a model without states has nothing to save
  /// @throws StaleLeaseException if the lease has ended
  public boolean checkpoint(Lease lease) {
    Holding holding = leasing.held(lease);
    return holding.model.hasStates()
        && holding.end > 0
        && fitsBudget(holding)
        && leasing.save(holding) == null;
  }

  private boolean fitsBudget(Holding holding) {
    long wanted = holding.model.plan.stateBytes();
    while (blocks.checkpointBytes() + wanted > checkpointBytes && index.evictCheckpoint()) {}
    return blocks.checkpointBytes() + wanted <= checkpointBytes;
  }

  /// Puts into the prefix index what the lease holds of `computed`: the sequence's tokens from its
  /// start, all of them run by steps that ended well. Pages stay writable for this lease.
  ///
  /// @throws StaleLeaseException if the lease has ended
  public void publish(Lease lease, Tokens computed) {
    index.publish(checked(leasing.held(lease), computed), computed, false);
  }

  private static Holding checked(Holding holding, Tokens computed) {
    if (computed.length() > holding.end) {
      throw new IllegalArgumentException(
          "%d tokens are said to have run, but only %d were granted"
              .formatted(computed.length(), holding.end));
    }
    return holding;
  }

  /// Publishes `computed` and ends the lease. If the last granted span ended with them, the states
  /// become a checkpoint without a copy. False if the lease had ended before.
  public boolean retire(Lease lease, Tokens computed) {
    Holding holding = leasing.find(lease);
    if (holding == null) {
      return false;
    }
    checked(holding, computed);
    boolean isSaveable = holding.model.hasStates() && holding.end == computed.length();
    if (isSaveable && holding.end > 0 && fitsBudget(holding)) {
      leasing.saveInPlace(holding);
    }
    index.publish(holding, computed, true);
    return leasing.release(lease, false);
  }

  /// Ends a lease. False if it had ended before; then nothing happens.
  public boolean release(Lease lease) {
    return leasing.release(lease, false);
  }

  /// Ends a lease whose bytes nobody may rely on: they are scrubbed before anyone gets them.
  public boolean discard(Lease lease) {
    return leasing.release(lease, true);
  }

  /// What the device has to do before the next step, in order; each chore is handed out once.
  public List<Chore> chores() {
    if (chores.isEmpty()) {
      return List.of();
    }
    List<Chore> taken = chores;
    chores = new ArrayList<>();
    return taken;
  }

  /// Step `step` was handed to the device. Steps are numbered upwards over all models of the
  /// device.
  public void stepStarted(long step) {
    blocks.stepStarted(step);
  }

  /// Step `step`, and every one before it, will touch no memory any more, however it ended.
  public void stepEnded(long step) {
    blocks.stepEnded(step);
  }

  public Usage usage() {
    return blocks.usage(shape().bytes());
  }

  /// Recounts every block from what names it, and compares the books with it: free, leased, resting
  /// and cached bytes make the total, by size and kind; nothing in two lists. Costs time in
  /// proportion to all that is held; changes nothing.
  ///
  /// @throws LedgerException with the full account if anything is wrong
  public void audit() {
    new Audit(blocks, index, leasing.slots(), checkpointBytes).run();
  }

  int usedSlabs() {
    return shape().slabs() - slabs.freeCount();
  }

  Leasing leasing() {
    return leasing;
  }
}
