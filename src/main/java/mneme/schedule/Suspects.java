package mneme.schedule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the sequence that makes a device fail. Everyone who was in a step that failed is a
/// suspect, and runs alone from the place where it failed on; whoever gets past that place is
/// cleared, and whoever fails alone as well, a few times in a row, is guilty. Nobody else is in
/// such a step, so the guilty one is the only one to lose its stream.
///
/// What fails only in company clears everyone: then each runs alone for twice as many steps as the
/// last time, so that all get on.
public final class Suspects {
  private static final int MOST_STEPS_ALONE = 256;

  private final int trials;
  private final Map<Long, Doubt> doubts = new HashMap<>();

  /// What is held against one sequence.
  private static final class Doubt {
    /// Where the span began in which it failed; what lies before was computed well.
    int from;

    /// Steps that it has still to run alone.
    int owes;

    int nextTime = 1;
    int failuresAlone;
  }

  /// @param trials failures alone, in a row, that make a sequence guilty
  public Suspects(int trials) {
    this.trials = trials;
  }

  /// A step of these turns failed.
  public void failed(List<Turn> turns) {
    for (Turn turn : turns) {
      Doubt doubt = doubts.computeIfAbsent(turn.sequence(), _ -> new Doubt());
      doubt.from = turn.start();
      if (doubt.owes == 0) {
        doubt.owes = doubt.nextTime;
        doubt.nextTime = Math.min(MOST_STEPS_ALONE, 2 * doubt.nextTime);
      }
      if (turns.size() == 1) {
        doubt.failuresAlone++;
      }
    }
  }

  /// A step of one sequence alone, up to `end`, went well.
  public void passed(long sequence, int end) {
    Doubt doubt = doubts.get(sequence);
    if (doubt != null && end > doubt.from && doubt.owes > 0) {
      doubt.owes--;
      doubt.from = end;
      doubt.failuresAlone = 0;
    }
  }

  /// How far a sequence may run in company: from there on it runs alone.
  public int companyUntil(long sequence) {
    Doubt doubt = doubts.get(sequence);
    return doubt == null || doubt.owes == 0 ? Integer.MAX_VALUE : doubt.from;
  }

  public boolean isGuilty(long sequence) {
    Doubt doubt = doubts.get(sequence);
    return doubt != null && doubt.failuresAlone >= trials;
  }

  /// A sequence has ended.
  public void forget(long sequence) {
    doubts.remove(sequence);
  }
}
