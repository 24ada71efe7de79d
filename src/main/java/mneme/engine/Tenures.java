package mneme.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import mneme.memory.Growth;
import mneme.memory.LeaseView;
import mneme.memory.Ledger;
import mneme.memory.Shortage;
import mneme.memory.Tokens;
import mneme.schedule.Victims;
import org.jspecify.annotations.Nullable;

/// The leases that are held: what they are granted, what steps have read with them, and which of
/// them gives way when one runs short.
final class Tenures {
  private final Ledger ledger;
  private final Tallies tallies;
  private final Map<Long, Tenure> byNumber = new LinkedHashMap<>();
  private final Map<Long, Tenure> bySequence = new HashMap<>();
  private final TreeMap<Long, Tenure> shortByRank = new TreeMap<>();

  /// Chosen to give way and not asked yet, because steps of them are under way.
  private final List<Tenure> leaving = new ArrayList<>();

  /// Leases that had run short and were told to try again.
  private final Set<Long> awaited = new HashSet<>();

  private long lastEnded;

  Tenures(Ledger ledger, Tallies tallies) {
    this.ledger = ledger;
    this.tallies = tallies;
  }

  Collection<Tenure> all() {
    return Collections.unmodifiableCollection(byNumber.values());
  }

  boolean isEmpty() {
    return byNumber.isEmpty();
  }

  @Nullable Tenure get(long number) {
    return byNumber.get(number);
  }

  boolean isHeld(Tenure tenure) {
    return byNumber.containsKey(tenure.number);
  }

  void add(Tenure tenure) {
    byNumber.put(tenure.number, tenure);
    bySequence.put(tenure.rank(), tenure);
  }

  /// The oldest that ran short, once: it is told to try again.
  Optional<Tenure> pollShort() {
    Optional<Tenure> oldest =
        Optional.ofNullable(shortByRank.pollFirstEntry()).map(Map.Entry::getValue);
    oldest.filter(tenure -> !tenure.paused).ifPresent(tenure -> awaited.add(tenure.number));
    return oldest;
  }

  /// Whether someone who ran short was told to try again and has not: until then nobody new is
  /// admitted to the memory that was freed for it.
  boolean isAwaiting() {
    return !awaited.isEmpty();
  }

  /// What came of asking for a slice's memory.
  enum Supply {
    READY,
    SHORT,
    /// The lease has ended, or is about to.
    GONE
  }

  Supply supply(Slice slice) {
    awaited.remove(slice.lease());
    Tenure tenure = byNumber.get(slice.lease());
    if (tenure == null || tenure.yielding || tenure.ended) {
      return Supply.GONE;
    }
    return switch (ledger.grow(tenure.lease, slice.start(), slice.end())) {
      case Growth.Granted _ -> {
        tenure.granted = slice.end();
        yield Supply.READY;
      }
      case Growth.Short(var shortage) -> {
        shortByRank.put(tenure.rank(), tenure);
        if (isAllThereIs(tenure, shortage)) {
          preempt(tenure);
        } else {
          chooseVictim(shortage, tenure.rank());
        }
        yield Supply.SHORT;
      }
      case Growth.Stale _ -> Supply.GONE;
    };
  }

  /// Whether nothing can come back that would help, as nobody else holds anything. What it shares
  /// with the index may be in its way, or the pool was cut anew since it was admitted: it opens
  /// anew, which fits if its tokens fit at all. While steps of it are under way, or were skipped
  /// because numbers came that are none, it may hold saved states that it will not keep.
  private boolean isAllThereIs(Tenure tenure, Shortage shortage) {
    return byNumber.size() == 1 && !shortage.passesByItself() && tenure.read == tenure.granted;
  }

  /// Of those who came after `rank`, or do not read, the one with the least work to lose gives way;
  /// one at a time, and none while bytes come back by themselves.
  void chooseVictim(Shortage shortage, long rank) {
    if (shortage.passesByItself() || byNumber.values().stream().anyMatch(t -> t.yielding)) {
      return;
    }
    Victims.choose(byNumber.values().stream().map(this::atStake).toList(), rank)
        .map(chosen -> Objects.requireNonNull(bySequence.get(chosen.sequence())))
        .ifPresent(this::preempt);
  }

  /// Who is to be asked for its lease now: its last step has ended, so that what it has read is
  /// known and its states are worth keeping as they are.
  List<Tenure> due() {
    if (leaving.isEmpty()) {
      return List.of();
    }
    List<Tenure> due = leaving.stream().filter(tenure -> tenure.lastStep <= lastEnded).toList();
    leaving.removeAll(due);
    return due;
  }

  private Victims.Running atStake(Tenure tenure) {
    Ledger.AtRisk risk = ledger.atRisk(tenure.lease);
    return new Victims.Running(
        tenure.rank(), tenure.rank(), tenure.paused, risk.tokens(), risk.bytes());
  }

  private void preempt(Tenure tenure) {
    tenure.yielding = true;
    awaited.remove(tenure.number);
    shortByRank.remove(tenure.rank());
    leaving.add(tenure);
    tallies.preempted(tenure.request.model());
  }

  LeaseView view(long number) {
    return ledger.view(Objects.requireNonNull(byNumber.get(number)).lease);
  }

  /// A step was handed to the device with `slices`. States are saved as it leaves them, where
  /// others are likely to continue.
  void sent(long step, List<Slice> slices) {
    ledger.stepStarted(step);
    for (Slice slice : slices) {
      Tenure tenure = byNumber.get(slice.lease());
      if (tenure != null) {
        tenure.lastStep = step;
        if (tenure.places.contains(slice.end())) {
          ledger.checkpoint(tenure.lease);
        }
      }
    }
  }

  void stepEnded(long step) {
    lastEnded = step;
    ledger.stepEnded(step);
  }

  void pause(long number, boolean paused) {
    Tenure tenure = byNumber.get(number);
    if (tenure != null) {
      tenure.paused = paused;
      awaited.remove(number);
    }
  }

  /// A step has read a lease's tokens up to `end`: those of its request may serve others from now,
  /// those of its answer wherever a state was saved.
  void read(long number, int end) {
    Tenure tenure = byNumber.get(number);
    if (tenure == null) {
      return;
    }
    tenure.read = Math.max(tenure.read, end);
    boolean isOfUse = end <= tenure.known().length() || tenure.places.contains(end);
    if (isOfUse && end > tenure.published) {
      tenure.published = end;
      ledger.publish(tenure.lease, tenure.tokens(end));
    }
  }

  /// A step has read all tokens before `index` and drawn the next.
  void drew(long number, int index, int token) {
    read(number, index);
    Tenure tenure = byNumber.get(number);
    if (tenure != null) {
      tenure.drew(index, token);
    }
  }

  /// The model ended a stream of `length` tokens, all of them read. The worker skips what is still
  /// under way of it, so its states stay as they are.
  void ended(long number, int length) {
    read(number, length);
    Tenure tenure = byNumber.get(number);
    if (tenure != null) {
      tenure.ended = true;
      ledger.halt(tenure.lease, length);
    }
  }

  /// Ends a lease and keeps what `computed` says of it for others; empty: its bytes are worth
  /// nothing. Nothing happens if it had ended before.
  void end(long number, Optional<Tokens> computed) {
    Tenure tenure = byNumber.get(number);
    if (tenure != null) {
      drop(tenure);
      computed.ifPresentOrElse(
          tokens -> ledger.retire(tenure.lease, tokens), () -> ledger.discard(tenure.lease));
    }
  }

  /// Ends the lease of a sequence, if it has one, and keeps nothing of it.
  void release(long sequence) {
    Tenure tenure = bySequence.get(sequence);
    if (tenure != null) {
      drop(tenure);
      ledger.release(tenure.lease);
    }
  }

  private void drop(Tenure tenure) {
    byNumber.remove(tenure.number);
    bySequence.remove(tenure.rank());
    shortByRank.remove(tenure.rank());
    leaving.remove(tenure);
    awaited.remove(tenure.number);
  }
}
