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
import mneme.memory.Claim;
import mneme.memory.Ledger;
import mneme.memory.LedgerException;
import mneme.memory.Opening;
import mneme.memory.Shortage;
import mneme.schedule.WaitingLine;

/// Who gets memory next, and who gives it back when there is too little: the decisions of the
/// pool's actor over its ledger.
///
/// Sequences are ranked by arrival. Who runs keeps running before anyone new is admitted; of those
/// who wait, who ran before comes first, then the tenants take turns. A sequence may drive out
/// those who came after it and those whose readers do not read, never an older one: so the oldest
/// always gets on, and everybody is the oldest some day.
final class Lending {
  /// How often a large request that is first in line may be passed by smaller ones.
  private static final int OVERTAKES = 4;

  private final Ledger ledger;
  private final long firstNumber;
  private final Vault vault;
  private final Map<Long, MemoryPool.Reserve> waiting = new LinkedHashMap<>();
  private final WaitingLine line = new WaitingLine(OVERTAKES);

  /// Sequences that have held memory: when they come back, they go before anyone new.
  private final Set<Long> started = new HashSet<>();

  /// Of whose memory a sequence that waits may take a copy.
  private final Map<Long, Tenure> offers = new HashMap<>();

  private final Tallies tallies = new Tallies();
  private final Tenures tenures;

  /// @param firstNumber leases are numbered from here
  Lending(Ledger ledger, long firstNumber, Vault vault) {
    this.ledger = ledger;
    this.vault = vault;
    this.firstNumber = firstNumber;
    tenures = new Tenures(ledger, tallies);
  }

  Ledger ledger() {
    return ledger;
  }

  Tenures tenures() {
    return tenures;
  }

  Collection<MemoryPool.Reserve> waiting() {
    return waiting.values();
  }

  /// Who asks anew has lost what it had. Who asks for a model that has left will hear where it
  /// went.
  void queue(MemoryPool.Reserve request) {
    giveUp(request.sequence());
    if (!vault.knows(request.model())) {
      return;
    }
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
  /// @param hopeless waits for what this pool cannot give even when it is empty
  record Settlement(
      List<Grant> grants, Optional<Tenure> supplied, Optional<MemoryPool.Reserve> hopeless) {}

  /// A lease for a sequence that waited.
  record Grant(Tenure tenure, int reusedTokens, String note) {}

  /// Serves the oldest that ran short; if none did, those who wait.
  Settlement settle() {
    Optional<Tenure> oldest = tenures.pollShort();
    if (oldest.isPresent()) {
      return new Settlement(List.of(), oldest, Optional.empty());
    }
    if (tenures.isAwaiting()) {
      return new Settlement(List.of(), Optional.empty(), Optional.empty());
    }
    List<Grant> grants = new ArrayList<>();
    while (true) {
      List<WaitingLine.Waiter> candidates = line.candidates();
      if (candidates.isEmpty()) {
        return new Settlement(grants, Optional.empty(), Optional.empty());
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
        .filter(parent -> tenures.isHeld(parent) && parent.granted > 0)
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
    return parent == null || !tenures.isHeld(parent)
        ? ledger.open(claim)
        : ledger.fork(parent.lease, request.sequence(), claim.promisedTokens());
  }

  private Settlement refusal(List<Grant> grants, MemoryPool.Reserve first, Shortage shortage) {
    boolean hopeless = tenures.isEmpty() && !shortage.passesByItself();
    if (hopeless) {
      giveUp(first.sequence());
    }
    tenures.chooseVictim(shortage, Long.MAX_VALUE);
    return new Settlement(
        grants, Optional.empty(), hopeless ? Optional.of(first) : Optional.empty());
  }

  private Grant grant(MemoryPool.Reserve request, Opening.Opened opened) {
    waiting.remove(request.sequence());
    started.add(request.sequence());
    long number = firstNumber + opened.lease().epoch();
    Places places = places(request, opened);
    Tenure tenure = new Tenure(number, opened.lease(), request, places, opened.reusedTokens());
    tenures.add(tenure);
    tallies.reused(request.model(), opened.reusedTokens());
    return new Grant(tenure, opened.reusedTokens(), opened.note());
  }

  private Places places(MemoryPool.Reserve request, Opening.Opened opened) {
    Vault.Entry model = vault.entry(request.model());
    return model.plan().states().isEmpty()
        ? Places.none(vault.gridTokens())
        : Places.of(
            request.known(),
            opened.reusedTokens(),
            ledger.branch(opened.lease()),
            model.endIds(),
            vault.gridTokens());
  }

  private static Claim claim(MemoryPool.Reserve request) {
    int promised = Math.min(request.lengthLimit(), request.known().length() + 1);
    return new Claim(
        request.sequence(), request.tenant(), request.model(), request.known(), promised);
  }

  /// A sequence died: what it holds or waits for is given up.
  void forget(long sequence) {
    started.remove(sequence);
    giveUp(sequence);
  }

  private void giveUp(long sequence) {
    waiting.remove(sequence);
    line.remove(sequence);
    tenures.release(sequence);
  }

  /// Nothing is left of a model, whoever still uses it.
  void unregister(int model) {
    List<Long> users = new ArrayList<>();
    tenures.all().stream().map(tenure -> tenure.request).forEach(r -> addUser(r, model, users));
    waiting.values().forEach(request -> addUser(request, model, users));
    users.forEach(this::giveUp);
    tallies.forget(model);
    vault.unregister(ledger, model);
  }

  private static void addUser(MemoryPool.Reserve request, int model, List<Long> users) {
    if (request.model() == model) {
      users.add(request.sequence());
    }
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
    return tallies.traffic(waiting.values());
  }
}
