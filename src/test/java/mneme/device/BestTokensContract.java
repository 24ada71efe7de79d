package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import mneme.format.Encoding;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A device that chooses the best tokens itself chooses those that sorting the whole rows gives.
abstract class BestTokensContract extends DeviceContract {
  private static final int ROWS = 5;

  /// Few numbers, so that many are equal, and of those that are not finite each kind.
  private static double odd(double normal) {
    long number = Math.round(4 * normal);
    return switch ((int) (number % 101)) {
      case 9 -> Double.NEGATIVE_INFINITY;
      case 0 -> normal < 0 ? -0.0 : 0.0;
      default -> number;
    };
  }

  private static double faulty(double normal) {
    long number = Math.round(4 * normal);
    return number == 10 ? Double.NaN : number == 11 ? Double.POSITIVE_INFINITY : odd(normal);
  }

  @ParameterizedTest
  @CsvSource({
    "300, 1, false",
    "300, 2, false",
    "2048, 41, false",
    "2049, 105, true",
    "5000, 1, true",
    "5000, 256, false",
    "50000, 2, false",
    "50000, 106, true",
    "90000, 256, false"
  })
  void theBestAreThoseOfTheWholeRow(int vocabulary, int count, boolean hasFaults) {
    RandomTensors random = new RandomTensors(vocabulary + count);
    var builder = new GraphBuilder();
    builder.outputRows(
        builder.embed(
            random.f32(
                hasFaults ? BestTokensContract::faulty : BestTokensContract::odd,
                vocabulary,
                ROWS)));
    Graph graph = builder.build();
    MemoryPlan plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F32), 16);
    try (Program program = device.prepare(graph, plan, Numerics.EXACT);
        DevicePool pool = device.openPool(256)) {
      Logits whole = run(program, pool, vocabulary, 0);
      Logits best = run(program, pool, vocabulary, count);
      assertThat(whole.isWhole()).isTrue();
      assertThat(best.width()).isEqualTo(count);
      for (int row = 0; row < ROWS; row++) {
        int[] wanted = best(whole.row(row), count);
        int from = row * count;
        assertThat(Arrays.copyOfRange(best.ids(), from, from + count)).isEqualTo(wanted);
        for (int i = 0; i < count; i++) {
          assertThat(Float.floatToRawIntBits(best.values()[from + i]))
              .isEqualTo(Float.floatToRawIntBits(whole.row(row)[wanted[i]]));
        }
      }
    }
  }

  private static Logits run(Program program, DevicePool pool, int vocabulary, int count) {
    Logits logits = new Logits(vocabulary);
    logits.want(count);
    Tokens tokens = Tokens.of(new Random(1).ints(ROWS, 0, ROWS).toArray());
    program.run(new Batch(List.of(new Span(tokens, 0, NOWHERE, ROWS))), pool, logits);
    return logits;
  }

  private static int[] best(float[] row, int count) {
    return IntStream.range(0, row.length)
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(id -> -rank(row[id])).thenComparing(id -> id))
        .limit(count)
        .mapToInt(id -> id)
        .sorted()
        .toArray();
  }

  /// Faults first, zeros equal.
  private static double rank(float logit) {
    return logit < Float.POSITIVE_INFINITY ? logit + 0.0 : Double.POSITIVE_INFINITY;
  }

  private static final LeaseView NOWHERE =
      new LeaseView() {
        @Override
        public long page(int group, int index) {
          throw new AssertionError("no op remembers");
        }

        @Override
        public long state(int state) {
          throw new AssertionError("no op remembers");
        }
      };
}
