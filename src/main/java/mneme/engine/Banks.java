package mneme.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// How the banks of a split model stand, one for each stage.
final class Banks {
  private enum Condition {
    /// Its worker was asked to open it.
    OPENING,
    /// Its worker could not.
    REFUSED,
    CLEAN,
    WRITTEN,
    SCRUBBING,
    /// Its device has failed, and will open it again.
    BROKEN
  }

  private final Condition[] conditions;
  private final long[] epochs;
  private final long[] weightBytes;

  Banks(int stages) {
    conditions = new Condition[stages];
    epochs = new long[stages];
    weightBytes = new long[stages];
    Arrays.fill(conditions, Condition.OPENING);
  }

  void opened(int stage, long epoch, long weights) {
    conditions[stage] = Condition.CLEAN;
    epochs[stage] = epoch;
    weightBytes[stage] = weights;
  }

  void refused(int stage) {
    conditions[stage] = Condition.REFUSED;
  }

  void broke(int stage) {
    conditions[stage] = Condition.BROKEN;
  }

  /// A step is about to write to it.
  void written(int stage) {
    conditions[stage] = Condition.WRITTEN;
  }

  boolean haveAllAnswered() {
    return Arrays.stream(conditions).noneMatch(condition -> condition == Condition.OPENING);
  }

  boolean areClean() {
    return Arrays.stream(conditions).allMatch(condition -> condition == Condition.CLEAN);
  }

  /// Those that must be scrubbed, once: from here on they are being scrubbed.
  List<Integer> takeWritten() {
    List<Integer> written = new ArrayList<>();
    IntStream.range(0, conditions.length)
        .filter(stage -> conditions[stage] == Condition.WRITTEN)
        .forEach(stage -> {
          conditions[stage] = Condition.SCRUBBING;
          written.add(stage);
        });
    return written;
  }

  long epoch(int stage) {
    return epochs[stage];
  }

  long weightBytes() {
    return LongStream.of(weightBytes).sum();
  }
}
