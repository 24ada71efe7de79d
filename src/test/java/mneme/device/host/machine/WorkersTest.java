package mneme.device.host.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
  /// Short tasks of changing size one after the other: a thread that comes late to one finds the
  /// next being set up.
  @Test
  void everyChunkRunsOnceAndBeforeTheTaskEnds() {
    try (Workers workers = new Workers(4)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(64);
      for (int round = 1; round <= 200_000; round++) {
        int count = round % 2 == 0 ? 2 : 3 + round % 61;
        workers.run((chunk, _) -> runs.incrementAndGet(chunk), count);
        for (int chunk = 0; chunk < count; chunk++) {
          if (runs.getAndSet(chunk, 0) != 1) {
            throw new AssertionError("round %d, chunk %d of %d".formatted(round, chunk, count));
          }
        }
      }
    }
  }

  @Test
  void aChunkThatThrowsFailsItsTaskAndNoOther() {
    try (Workers workers = new Workers(3)) {
      Workers.Task broken =
          (chunk, _) -> {
            if (chunk == 5) {
              throw new IllegalArgumentException("chunk five");
            }
          };
      assertThatThrownBy(() -> workers.run(broken, 9))
          .isInstanceOf(IllegalStateException.class)
          .hasRootCauseMessage("chunk five");
      AtomicIntegerArray runs = new AtomicIntegerArray(9);
      workers.run((chunk, _) -> runs.incrementAndGet(chunk), 9);
      assertThat(runs.toString()).isEqualTo("[1, 1, 1, 1, 1, 1, 1, 1, 1]");
    }
  }
}
