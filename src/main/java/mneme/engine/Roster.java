package mneme.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mneme.schedule.BatchLimits;
import mneme.schedule.BatchPolicy;
import mneme.schedule.Turn;

/// The sequences of one model that hold memory, and how far each is planned: ahead of what has run,
/// because a step is planned while the one before it still runs.
final class Roster {
  private final BatchPolicy policy;
  private final Map<Long, Entry> entries = new HashMap<>();

  Roster(BatchLimits limits) {
    policy = new BatchPolicy(limits);
  }

  /// One sequence. `known` counts tokens that exist or that a planned step will draw.
  private static final class Entry {
    final long lease;
    final String tenant;
    final int lengthLimit;
    final List<Integer> cuts;
    int known;
    int planned;
    int holdAt;
    boolean paused;
    boolean isShort;

    Entry(Scheduler.Enter enter) {
      lease = enter.lease();
      tenant = enter.tenant();
      lengthLimit = enter.drawing().lengthLimit();
      cuts = enter.cuts();
      known = enter.known().length();
      planned = enter.readTokens();
      holdAt = enter.holdAt();
    }

    boolean isReady() {
      return !paused && !isShort && planned < holdAt && known < lengthLimit;
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
    if (entry.isReady()) {
      policy.join(entry.lease, entry.tenant, entry.planned, Math.min(entry.known, entry.holdAt));
      policy.cut(entry.lease, entry.cuts);
    }
  }

  /// What a lease waited for before it read on has happened.
  void proceed(long lease) {
    Entry entry = entries.get(lease);
    if (entry != null && entry.holdAt != Integer.MAX_VALUE) {
      policy.leave(lease);
      entry.holdAt = Integer.MAX_VALUE;
      seat(entry);
    }
  }

  void pause(long lease, boolean paused) {
    Entry entry = entries.get(lease);
    if (entry != null && entry.paused != paused) {
      policy.leave(lease);
      entry.paused = paused;
      seat(entry);
    }
  }

  void leave(long lease) {
    entries.remove(lease);
    policy.leave(lease);
  }

  /// A slice of the last plan got no memory: it is planned again after [#supply].
  void takeBack(Slice slice) {
    Entry entry = entries.get(slice.lease());
    if (entry != null) {
      policy.leave(entry.lease);
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

  /// What the next step should do; empty if nothing is ready.
  List<Slice> plan() {
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
      if (entry.isReady()) {
        policy.decode(entry.lease, entry.planned);
      }
    }
    return new Slice(entry.lease, turn.start(), turn.tokens(), draws);
  }
}
