package mneme.memory;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which cached thing goes first: the one that saves least work for each byte it takes, counting
/// how often it was used and, by a clock that rises with every eviction, how lately
/// (GreedyDual-Size with frequency, Cherkasova 1998; work saved per byte as in Marconi, arXiv
/// 2411.19379).
final class Eviction {
  private static final Comparator<Candidate> ORDER =
      Comparator.<Candidate>comparingDouble(c -> c.priority).thenComparingLong(c -> c.touched);

  private final TreeSet<Candidate> queue = new TreeSet<>(ORDER);
  private final TreeSet<Checkpoint> checkpoints = new TreeSet<>(ORDER);
  private double clock;
  private long touches;

  /// Counts a use of `candidate`, which keeps it longer.
  void touch(Candidate candidate) {
    boolean wasQueued = candidate.isQueued;
    leave(candidate);
    candidate.uses++;
    candidate.touchedAt = clock;
    candidate.touched = ++touches;
    if (wasQueued) {
      enter(candidate);
    }
  }

  /// `candidate` may go from now on.
  void enter(Candidate candidate) {
    if (candidate.isQueued) {
      return;
    }
    double savedPerMib = candidate.savedTokens() * (1 << 20) / Math.max(1, candidate.bytes());
    candidate.priority = candidate.touchedAt + candidate.uses * savedPerMib;
    candidate.isQueued = true;
    queue.add(candidate);
    if (candidate instanceof Checkpoint checkpoint) {
      checkpoints.add(checkpoint);
    }
  }

  /// What `candidate` saves has changed.
  void revalue(Candidate candidate) {
    if (candidate.isQueued) {
      leave(candidate);
      enter(candidate);
    }
  }

  void leave(Candidate candidate) {
    if (!candidate.isQueued) {
      return;
    }
    queue.remove(candidate);
    if (candidate instanceof Checkpoint checkpoint) {
      checkpoints.remove(checkpoint);
    }
    candidate.isQueued = false;
  }

  /// Takes out the least worthy of all, or null.
  @Nullable Candidate next() {
    return taken(queue.isEmpty() ? null : queue.first());
  }

  /// Takes out the least worthy checkpoint, or null.
  @Nullable Candidate nextCheckpoint() {
    return taken(checkpoints.isEmpty() ? null : checkpoints.first());
  }

  private @Nullable Candidate taken(@Nullable Candidate candidate) {
    if (candidate != null) {
      leave(candidate);
      clock = Math.max(clock, candidate.priority);
    }
    return candidate;
  }
}
