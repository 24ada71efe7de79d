package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import mneme.device.Logits;

/// Chooses the best tokens of rows of logits where the logits are, so that a few of them come back
/// and not the whole vocabulary. Each work-group chooses from one run of a row; then from what the
/// runs of a row gave, until it is one run. What is chosen is the same however often that takes.
final class BestTokens {
  /// Most tokens that are chosen; who wants more gets whole rows.
  private static final int MOST = 256;

  /// What the device keeps for choosing, however large a step is.
  static final long ROOM_BYTES = 4 << 20;

  private static final int RUN = 2048;
  private static final Kernel BEST = Kernel.select("best");

  private final Accelerator accelerator;
  private final Memory room;

  BestTokens(Accelerator accelerator) {
    this.accelerator = accelerator;
    room = accelerator.allocate(ROOM_BYTES, "the tokens to draw from");
  }

  /// Whether so few tokens are wanted that choosing pays.
  static boolean isFor(Logits logits) {
    return logits.enough() <= MOST && 4 * logits.enough() <= logits.vocabulary();
  }

  /// Numbers and their ids, from a place in `room` on.
  private record Chosen(Memory memory, long numbers, long ids, boolean hasIds) {}

  /// Fills `logits` from `rows` rows that begin at byte `at` of `scratch`, a few at a time, and
  /// waits for them.
  void choose(Memory scratch, long at, int rows, Logits logits) {
    int keep = logits.enough();
    int vocabulary = logits.vocabulary();
    logits.reserveBest(rows, keep);
    int most = Math.toIntExact(ROOM_BYTES / (16L * runs(vocabulary) * keep));
    for (int row = 0; row < rows; row += most) {
      int count = Math.min(most, rows - row);
      Chosen best = best(new Chosen(scratch, at + 4L * row * vocabulary, 0, false), count, logits);
      fetch(best, row, count, logits);
    }
  }

  private Chosen best(Chosen all, int rows, Logits logits) {
    int width = logits.vocabulary();
    int keep = logits.enough();
    Chosen from = all;
    long place = 0;
    int runs;
    do {
      runs = runs(width);
      Chosen to = new Chosen(room, place, place + 4L * rows * runs * keep, true);
      launch(from, to, rows, width, keep);
      from = to;
      width = runs * keep;
      place = ROOM_BYTES / 2 - place;
    } while (runs > 1);
    return from;
  }

  private static int runs(int width) {
    return (width + RUN - 1) / RUN;
  }

  private void launch(Chosen from, Chosen to, int rows, int width, int keep) {
    int runs = runs(width);
    accelerator
        .launch(BEST)
        .at(from.memory(), from.numbers())
        .at(from.memory(), from.ids())
        .at(to.memory(), to.numbers())
        .at(to.memory(), to.ids())
        .number(rows * runs)
        .number(runs)
        .number(width)
        .number(keep)
        .flag(from.hasIds())
        .groups((long) rows * runs, 1);
  }

  /// Ids lie right behind the numbers of the last run, so that one read brings both.
  private void fetch(Chosen best, int firstRow, int rows, Logits logits) {
    int keep = logits.enough();
    int count = rows * keep;
    int[] both = new int[2 * count];
    accelerator.read(room, best.numbers(), MemorySegment.ofArray(both));
    int to = firstRow * keep;
    for (int i = 0; i < count; i++) {
      logits.values()[to + i] = Float.intBitsToFloat(both[i]);
    }
    System.arraycopy(both, count, logits.ids(), to, count);
    for (int row = firstRow; row < firstRow + rows; row++) {
      sortById(logits.values(), logits.ids(), row * keep, (row + 1) * keep);
    }
  }

  /// By insertion: there are few, and runs of them are in order where logits are equal.
  private static void sortById(float[] values, int[] ids, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      float value = values[i];
      int id = ids[i];
      int hole = i;
      for (; hole > from && ids[hole - 1] > id; hole--) {
        values[hole] = values[hole - 1];
        ids[hole] = ids[hole - 1];
      }
      values[hole] = value;
      ids[hole] = id;
    }
  }

  void close() {
    room.release();
  }
}
