package mneme.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import mneme.schedule.BatchLimits;
import mneme.schedule.BatchPolicy;
import mneme.schedule.Suspects;
import mneme.schedule.Turn;
import org.jspecify.annotations.Nullable;

/// The sequences of one model that hold memory, and how far each is planned: ahead of what has run,
/// because a step is planned while the one before it still runs.
final class Roster {
  private final BatchPolicy policy;

  /// Failures of a sequence alone, in a row, that are its own fault: more than a device is
  /// forgiven, so that a broken device is left before anyone is blamed for it.
  private static final int TRIALS = 5;

  private final Suspects suspects = new Suspects(TRIALS);
  private final Map<Long, Entry> entries = new HashMap<>();

  /// Leases that run alone, in turn.
  private final LinkedHashSet<Long> apart = new LinkedHashSet<>();

  private final int chunkTokens;
  private boolean isCompanyDue;

  Roster(BatchLimits limits) {
    policy = new BatchPolicy(limits);
    chunkTokens = limits.chunkTokens();
  }

  /// One sequence. `known` counts tokens that exist or that a planned step will draw.
  private static final class Entry {
    final long sequence;
    final long lease;
    final String tenant;
    final int lengthLimit;
    final List<Integer> cuts;
    int known;
    int planned;
    int holdAt;
    boolean paused;
    boolean isShort;

    /// What it runs alone, while nobody knows what came of it.
    @Nullable Slice trial;

    Entry(Scheduler.Enter enter) {
      sequence = enter.sequence();
      lease = enter.lease();
      tenant = enter.tenant();
      lengthLimit = enter.drawing().lengthLimit();
      cuts = enter.cuts();
      known = enter.known().length();
      planned = enter.readTokens();
      holdAt = enter.holdAt();
    }

    boolean isReady() {
      return !paused && !isShort && trial == null && planned < holdAt && known < lengthLimit;
    }
  }

  int size() {
    return entries.size();
  }

  void enter(Scheduler.Enter enter) {
    Entry entry = new Entry(enter);
    entries.put(entry.lease, entry);
    seat(entry);
  }

  private void seat(Entry entry) {
    if (!entry.isReady()) {
      return;
    }
    int companyUntil = suspects.companyUntil(entry.sequence);
    if (entry.planned >= companyUntil) {
      apart.add(entry.lease);
    } else {
      int end = Math.min(entry.known, Math.min(entry.holdAt, companyUntil));
      policy.join(entry.lease, entry.tenant, entry.planned, end);
      policy.cut(entry.lease, entry.cuts);
    }
  }

  private void unseat(long lease) {
    policy.leave(lease);
    apart.remove(lease);
  }

  /// What a lease waited for before it read on has happened.
  void proceed(long lease) {
    Entry entry = entries.get(lease);
    if (entry != null && entry.holdAt != Integer.MAX_VALUE) {
      unseat(lease);
      entry.holdAt = Integer.MAX_VALUE;
      seat(entry);
    }
  }

  void pause(long lease, boolean paused) {
    Entry entry = entries.get(lease);
    if (entry != null && entry.paused != paused) {
      unseat(lease);
      entry.paused = paused;
      seat(entry);
    }
  }

  void leave(long lease) {
    entries.remove(lease);
    unseat(lease);
  }

  /// A slice of the last plan got no memory: it is planned again after [#supply].
  void takeBack(Slice slice) {
    Entry entry = entries.get(slice.lease());
    if (entry != null) {
      unseat(entry.lease);
      entry.trial = null;
      entry.planned = slice.start();
      entry.known -= slice.draws() ? 1 : 0;
      entry.isShort = true;
    }
  }

  void supply(long lease) {
    Entry entry = entries.get(lease);
    if (entry != null && entry.isShort) {
      entry.isShort = false;
      seat(entry);
    }
  }

  /// A sequence has ended.
  void forget(long sequence) {
    suspects.forget(sequence);
  }

  /// A step of these slices failed; returns the sequence that is at fault, once it is known.
  Optional<Long> failed(List<Slice> slices) {
    suspects.failed(
        slices.stream()
            .map(slice -> new Turn(slice.sequence(), slice.start(), slice.end(), !slice.draws()))
            .toList());
    return slices.stream().map(Slice::sequence).filter(suspects::isGuilty).findFirst();
  }

  /// A slice went well: who ran alone may have run its due.
  void ran(Slice slice) {
    Entry entry = entries.get(slice.lease());
    if (entry != null && slice.equals(entry.trial)) {
      suspects.passed(entry.sequence, slice.end());
      entry.trial = null;
      seat(entry);
    }
  }

  /// What the next step should do; empty if nothing is ready. Those who run alone take turns with
  /// all others together.
  List<Slice> plan() {
    List<Slice> company = apart.isEmpty() || isCompanyDue ? planTogether() : List.of();
    isCompanyDue = company.isEmpty() && !isCompanyDue;
    return company.isEmpty() && !apart.isEmpty() ? List.of(planAlone()) : company;
  }

  private Slice planAlone() {
    Entry entry = Objects.requireNonNull(entries.get(apart.removeFirst()));
    int start = entry.planned;
    int edge = (start / chunkTokens + 1) * chunkTokens;
    int end = Math.min(edge, Math.min(entry.known, entry.holdAt));
    entry.planned = end;
    boolean draws = end == entry.known;
    entry.known += draws ? 1 : 0;
    Slice slice = new Slice(entry.sequence, entry.lease, start, end - start, draws);
    entry.trial = slice;
    return slice;
  }

  private List<Slice> planTogether() {
    List<Turn> turns = policy.next();
    List<Slice> slices = new ArrayList<>(turns.size());
    for (Turn turn : turns) {
      Entry entry = entries.get(turn.sequence());
      if (entry == null) {
        throw new IllegalStateException(
            "a turn of lease %d, which has left".formatted(turn.sequence()));
      }
      slices.add(plan(entry, turn));
    }
    return slices;
  }

  private Slice plan(Entry entry, Turn turn) {
    boolean draws = turn.end() == entry.known;
    entry.planned = turn.end();
    if (draws) {
      entry.known++;
    }
    if (turn.end() == suspects.companyUntil(entry.sequence)) {
      unseat(entry.lease);
      seat(entry);
    } else if (draws && entry.isReady()) {
      policy.decode(entry.lease, entry.planned);
    }
    return new Slice(entry.sequence, entry.lease, turn.start(), turn.tokens(), draws);
  }
}
