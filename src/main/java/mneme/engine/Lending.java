package mneme.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import mneme.memory.Claim;
import mneme.memory.Growth;
import mneme.memory.LeaseView;
import mneme.memory.Ledger;
import mneme.memory.LedgerException;
import mneme.memory.Opening;
import mneme.memory.Shortage;
import mneme.memory.Tokens;
import mneme.schedule.Victims;
import mneme.schedule.WaitingLine;
import org.jspecify.annotations.Nullable;

/// Who gets memory next, and who gives it back when there is too little: the decisions of the
/// pool's actor over its ledger.
///
/// Sequences are ranked by arrival. Who runs keeps running before anyone new is admitted; of those
/// who wait, who ran before comes first, then the tenants take turns. A sequence may drive out
/// those who came after it and those whose readers do not read, never an older one: so the oldest
/// always gets on, and everybody is the oldest some day.
final class Lending {
  private final Ledger ledger;
  private static final int CELLS_BETWEEN_CHECKPOINTS = 8;

  /// How often a large request that is first in line may be passed by smaller ones.
  private static final int OVERTAKES = 4;

  private final long firstNumber;
  private final int gridTokens;
  private final Map<Long, Tenure> tenures = new LinkedHashMap<>();
  private final Map<Long, Tenure> tenureOfSequence = new HashMap<>();
  private final TreeMap<Long, Tenure> shortByRank = new TreeMap<>();
  private final Map<Long, MemoryPool.Reserve> waiting = new LinkedHashMap<>();
  private final WaitingLine line = new WaitingLine(OVERTAKES);

  /// Sequences that have held memory: when they come back, they go before anyone new.
  private final Set<Long> started = new HashSet<>();

  /// Of whose memory a sequence that waits may take a copy.
  private final Map<Long, Tenure> offers = new HashMap<>();

  private final TreeMap<Integer, Tally> tallies = new TreeMap<>();

  /// @param firstNumber leases are numbered from here
  Lending(Ledger ledger, long firstNumber, int gridTokens) {
    this.ledger = ledger;
    this.gridTokens = gridTokens;
    this.firstNumber = firstNumber;
  }

  Ledger ledger() {
    return ledger;
  }

  Collection<Tenure> tenures() {
    return tenures.values();
  }

  Collection<MemoryPool.Reserve> waiting() {
    return waiting.values();
  }

  @Nullable Tenure tenure(long number) {
    return tenures.get(number);
  }

  /// Who asks anew has lost what it had.
  void queue(MemoryPool.Reserve request) {
    giveUp(request.sequence());
    waiting.put(request.sequence(), request);
    WaitingLine.Waiter waiter =
        new WaitingLine.Waiter(request.sequence(), request.tenant(), request.sequence());
    if (started.contains(request.sequence())) {
      line.addPreempted(waiter);
    } else {
      line.add(waiter);
    }
  }

  /// What is to be done now that memory may have come back.
  ///
  /// @param supplied the oldest that had run short, to be planned again
  /// @param victims to be asked for their leases
  /// @param hopeless waits for what this pool cannot give even when it is empty
  record Settlement(
      List<Grant> grants,
      Optional<Tenure> supplied,
      List<Tenure> victims,
      Optional<MemoryPool.Reserve> hopeless) {}

  /// A lease for a sequence that waited.
  record Grant(Tenure tenure, int reusedTokens, String note) {}

  /// Serves the oldest that ran short; if none did, those who wait.
  Settlement settle() {
    if (!shortByRank.isEmpty()) {
      Tenure oldest = shortByRank.pollFirstEntry().getValue();
      return new Settlement(List.of(), Optional.of(oldest), List.of(), Optional.empty());
    }
    List<Grant> grants = new ArrayList<>();
    while (true) {
      List<WaitingLine.Waiter> candidates = line.candidates();
      if (candidates.isEmpty()) {
        return new Settlement(grants, Optional.empty(), List.of(), Optional.empty());
      }
      Optional<Shortage> shortage = admitOne(candidates, grants);
      if (shortage.isPresent()) {
        return refusal(grants, request(candidates.getFirst()), shortage.get());
      }
    }
  }

  private MemoryPool.Reserve request(WaitingLine.Waiter waiter) {
    return Objects.requireNonNull(waiting.get(waiter.sequence()));
  }

  /// Admits the first for whom there is memory; if there is none for any, says what the first
  /// lacks.
  private Optional<Shortage> admitOne(List<WaitingLine.Waiter> candidates, List<Grant> grants) {
    Optional<Shortage> lacking = Optional.empty();
    for (WaitingLine.Waiter waiter : candidates) {
      MemoryPool.Reserve request = request(waiter);
      switch (open(request)) {
        case Opening.Opened opened -> {
          line.entered(waiter);
          grants.add(grant(request, opened));
          return Optional.empty();
        }
        case Opening.Short(var shortage) -> lacking = lacking.or(() -> Optional.of(shortage));
        case Opening.Stale _ -> throw new IllegalStateException("a new lease is stale");
      }
    }
    return lacking;
  }

  /// Lets `claims` continue from what `lease` has read, as long as nothing more is granted to it.
  /// Their request runs already, so they go before anyone new.
  void offer(long lease, List<MemoryPool.Reserve> claims) {
    Tenure parent = tenures.get(lease);
    for (MemoryPool.Reserve claim : claims) {
      started.add(claim.sequence());
      if (parent != null) {
        offers.put(claim.sequence(), parent);
      }
    }
  }

  /// Whoever could not take the offer finds it in the prefix index later.
  void endOffer() {
    offers.entrySet().stream()
        .filter(offer -> waiting.containsKey(offer.getKey()))
        .map(Map.Entry::getValue)
        .filter(parent -> tenures.containsKey(parent.number) && parent.granted > 0)
        .findFirst()
        .ifPresent(parent -> {
          ledger.checkpoint(parent.lease);
          ledger.publish(parent.lease, parent.known().slice(0, parent.granted));
        });
    offers.clear();
  }

  private Opening open(MemoryPool.Reserve request) {
    Claim claim = claim(request);
    Tenure parent = offers.get(request.sequence());
    return parent == null || !tenures.containsKey(parent.number)
        ? ledger.open(claim)
        : ledger.fork(parent.lease, request.sequence(), claim.promisedTokens());
  }

  private Settlement refusal(List<Grant> grants, MemoryPool.Reserve first, Shortage shortage) {
    boolean hopeless = tenures.isEmpty() && !shortage.passesByItself();
    if (hopeless) {
      giveUp(first.sequence());
    }
    return new Settlement(
        grants,
        Optional.empty(),
        victims(shortage, Long.MAX_VALUE),
        hopeless ? Optional.of(first) : Optional.empty());
  }

  private Grant grant(MemoryPool.Reserve request, Opening.Opened opened) {
    waiting.remove(request.sequence());
    started.add(request.sequence());
    long number = firstNumber + opened.lease().epoch();
    Tenure tenure = new Tenure(number, opened.lease(), request, opened.reusedTokens());
    tenures.put(number, tenure);
    tenureOfSequence.put(request.sequence(), tenure);
    tally(request.model()).cachedTokens += opened.reusedTokens();
    return new Grant(tenure, opened.reusedTokens(), opened.note());
  }

  private static Claim claim(MemoryPool.Reserve request) {
    int promised = Math.min(request.lengthLimit(), request.known().length() + 1);
    return new Claim(
        request.sequence(), request.tenant(), request.model(), request.known(), promised);
  }

  /// Memory for a slice, or whom to ask for it.
  sealed interface Supply {
    record Ready(Tenure tenure) implements Supply {}

    record Short(List<Tenure> victims) implements Supply {}

    /// The lease has ended, or is about to.
    record Gone() implements Supply {}
  }

  Supply supply(Slice slice) {
    Tenure tenure = tenures.get(slice.lease());
    if (tenure == null || tenure.yielding || tenure.ended) {
      return new Supply.Gone();
    }
    return switch (ledger.grow(tenure.lease, slice.start(), slice.end())) {
      case Growth.Granted _ -> {
        tenure.granted = slice.end();
        yield new Supply.Ready(tenure);
      }
      case Growth.Short(var shortage) -> {
        shortByRank.put(tenure.rank(), tenure);
        yield new Supply.Short(victims(shortage, tenure.rank()));
      }
      case Growth.Stale _ -> new Supply.Gone();
    };
  }

  /// Of those who came after `rank`, or do not read, the one with the least work to lose; one at a
  /// time, and none while bytes come back by themselves.
  private List<Tenure> victims(Shortage shortage, long rank) {
    if (shortage.passesByItself() || tenures.values().stream().anyMatch(t -> t.yielding)) {
      return List.of();
    }
    Optional<Tenure> victim =
        Victims.choose(tenures.values().stream().map(this::atStake).toList(), rank)
            .map(chosen -> Objects.requireNonNull(tenureOfSequence.get(chosen.sequence())));
    victim.ifPresent(this::yield);
    return victim.stream().toList();
  }

  private Victims.Running atStake(Tenure tenure) {
    Ledger.AtRisk risk = ledger.atRisk(tenure.lease);
    return new Victims.Running(
        tenure.rank(), tenure.rank(), tenure.paused, risk.tokens(), risk.bytes());
  }

  private void yield(Tenure tenure) {
    tenure.yielding = true;
    shortByRank.remove(tenure.rank());
    tally(tenure.request.model()).preemptions++;
  }

  LeaseView view(long number) {
    return ledger.view(Objects.requireNonNull(tenures.get(number)).lease);
  }

  /// Saves states where others are likely to continue: at the last cell of the grid that a request
  /// fills, and at every eighth.
  void checkpoint(List<Slice> slices) {
    for (Slice slice : slices) {
      Tenure tenure = tenures.get(slice.lease());
      if (tenure != null && !slice.draws() && isWorthSaving(slice.end(), tenure)) {
        ledger.checkpoint(tenure.lease);
      }
    }
  }

  private boolean isWorthSaving(int end, Tenure tenure) {
    int lastCell = (tenure.known().length() - 1) / gridTokens * gridTokens;
    return end == lastCell || end % (gridTokens * CELLS_BETWEEN_CHECKPOINTS) == 0;
  }

  void pause(long number, boolean paused) {
    Tenure tenure = tenures.get(number);
    if (tenure != null) {
      tenure.paused = paused;
    }
  }

  /// A step has read a lease's tokens up to `end`: those of its request may serve others from now.
  void read(long number, int end) {
    Tenure tenure = tenures.get(number);
    if (tenure != null && end <= tenure.known().length() && end > tenure.published) {
      tenure.published = end;
      ledger.publish(tenure.lease, tenure.known().slice(0, end));
    }
  }

  /// The model ended a stream of `length` tokens, all of them read. The worker skips what is still
  /// under way of it, so its states stay as they are.
  void ended(long number, int length) {
    read(number, length);
    Tenure tenure = tenures.get(number);
    if (tenure != null) {
      tenure.ended = true;
      ledger.halt(tenure.lease, length);
    }
  }

  /// Ends a lease and keeps what `computed` says of it for others; empty: its bytes are worth
  /// nothing. Nothing happens if it had ended before.
  void end(long number, Optional<Tokens> computed) {
    Tenure tenure = tenures.get(number);
    if (tenure != null) {
      drop(tenure);
      computed.ifPresentOrElse(
          tokens -> ledger.retire(tenure.lease, tokens), () -> ledger.discard(tenure.lease));
    }
  }

  /// A sequence died: what it holds or waits for is given up.
  void forget(long sequence) {
    started.remove(sequence);
    giveUp(sequence);
  }

  private void giveUp(long sequence) {
    waiting.remove(sequence);
    line.remove(sequence);
    Tenure tenure = tenureOfSequence.get(sequence);
    if (tenure != null) {
      drop(tenure);
      ledger.release(tenure.lease);
    }
  }

  private void drop(Tenure tenure) {
    tenures.remove(tenure.number);
    tenureOfSequence.remove(tenure.rank());
    shortByRank.remove(tenure.rank());
  }

  /// Recounts every byte; empty if the books are right.
  String audit() {
    try {
      ledger.audit();
      return "";
    } catch (LedgerException e) {
      return String.valueOf(e.getMessage());
    }
  }

  List<MemoryPool.Traffic> traffic() {
    for (MemoryPool.Reserve request : waiting.values()) {
      tally(request.model());
    }
    return tallies.entrySet().stream()
        .map(entry -> traffic(entry.getKey(), entry.getValue()))
        .toList();
  }

  private MemoryPool.Traffic traffic(int model, Tally tally) {
    long waits = waiting.values().stream().filter(request -> request.model() == model).count();
    return new MemoryPool.Traffic(
        model, Math.toIntExact(waits), tally.cachedTokens, tally.preemptions);
  }

  private Tally tally(int model) {
    return tallies.computeIfAbsent(model, _ -> new Tally());
  }

  private static final class Tally {
    long cachedTokens;
    long preemptions;
  }
}
