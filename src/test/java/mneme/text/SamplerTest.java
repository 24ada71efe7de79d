package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import mneme.text.Sampler.History;
import mneme.text.Sampler.Ids;
import mneme.text.Sampler.Row;
import mneme.text.Sampler.Wish;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final History NOTHING = History.of();

  private static float[] row(long seed, int size) {
    var random = new Random(seed);
    float[] row = new float[size];
    for (int i = 0; i < size; i++) {
      row[i] = (float) (3 * random.nextGaussian());
    }
    return row;
  }

  private static Row all(float[] row) {
    return new Row(row, 0, row.length, Ids.ALL);
  }

  private static int draw(float[] row, Sampling sampling, History history, long position) {
    return new Sampler(row.length).draw(all(row), new Wish(sampling, history, position));
  }

  private static Sampling sampling(float temperature, int topK, float topP, float minP) {
    return new Sampling(temperature, topK, topP, minP, 1, 0, 1, 0, 0, 5, Map.of());
  }

  @Test
  void greedyTakesTheLowestIdOfEquals() {
    assertThat(draw(new float[] {1, 3, 2, 3}, Sampling.greedy(), NOTHING, 0)).isEqualTo(1);
    assertThat(draw(new float[] {-0f, 0f}, Sampling.greedy(), NOTHING, 0)).isEqualTo(0);
    assertThat(draw(new float[] {-0f, 0f}, sampling(1, 1, 1, 0), NOTHING, 0)).isEqualTo(0);
  }

  @Test
  void greedyFollowsBiasAndPenalties() {
    float[] row = {5, 4, 3};
    Sampling biased = new Sampling(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, Map.of(2, 10f, 99, 5f, -1, 5f));
    assertThat(draw(row, biased, NOTHING, 0)).isEqualTo(2);
    Sampling repeating = new Sampling(0, 0, 1, 0, 1, 64, 2, 0, 0, 0, Map.of());
    assertThat(draw(row, repeating, History.of(0, 0), 0)).isEqualTo(1);
    Sampling frequent = new Sampling(0, 0, 1, 0, 1, -1, 1, 0, 0.6f, 0, Map.of());
    assertThat(draw(row, frequent, History.of(0), 0)).isEqualTo(0);
    assertThat(draw(row, frequent, History.of(0, 0), 0)).isEqualTo(1);
    Sampling forgetful = new Sampling(0, 0, 1, 0, 1, 1, 1, 0, 0.6f, 0, Map.of());
    assertThat(draw(row, forgetful, History.of(0, 0), 0)).isEqualTo(0);
  }

  @Test
  void aForbiddenTokenIsNeverDrawn() {
    Sampling sampling =
        new Sampling(1, 0, 1, 0, 1, 0, 1, 0, 0, 5, Map.of(0, Float.NEGATIVE_INFINITY));
    for (int position = 0; position < 200; position++) {
      assertThat(draw(new float[] {9, 1, 1}, sampling, NOTHING, position)).isNotEqualTo(0);
    }
  }

  @Test
  void faultyRowsAreReportedAndNotDrawnFrom() {
    for (float fault : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> draw(new float[] {1, fault}, Sampling.greedy(), NOTHING, 0))
          .isInstanceOf(LogitsException.class)
          .hasMessageContaining("token 1");
    }
    float[] none = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
    assertThatThrownBy(() -> draw(none, Sampling.defaults(1), NOTHING, 0))
        .isInstanceOf(LogitsException.class);
  }

  @Test
  void theDrawDependsOnSeedAndPositionOnly() {
    float[] row = row(1, 1000);
    var reused = new Sampler(1000);
    Sampling sampling = sampling(1, 0, 1, 0);
    for (int position = 0; position < 50; position++) {
      reused.draw(all(row(position, 1000)), new Wish(sampling, NOTHING, 7L * position));
      assertThat(reused.draw(all(row), new Wish(sampling, NOTHING, position)))
          .isEqualTo(draw(row, sampling, NOTHING, position));
    }
  }

  @Test
  void aRowInsideALargerArrayIsReadWhereItLies() {
    float[] two = {9, 0, 0, 0, 0, 9};
    assertThat(
            new Sampler(3)
                .draw(new Row(two, 3, 3, Ids.ALL), new Wish(Sampling.greedy(), NOTHING, 0)))
        .isEqualTo(2);
  }

  @Property(tries = 300)
  void everyDrawLiesInTheNaiveDistribution(
      @ForAll long seed,
      @ForAll @FloatRange(min = 0.1f, max = 3) float temperature,
      @ForAll @IntRange(min = 0, max = 300) int topK,
      @ForAll @FloatRange(min = 0.05f, max = 1) float topP) {
    float[] row = row(seed, 700);
    var random = new Random(seed);
    List<Integer> history = random.ints(80, 0, 700).boxed().toList();
    Sampling sampling =
        new Sampling(
            temperature,
            topK,
            topP,
            random.nextFloat() / 50,
            0.5f + random.nextFloat() / 2,
            64,
            1.1f,
            0.1f,
            0.2f,
            seed,
            Map.of(3, 2f));
    Map<Integer, Double> wanted = NaiveSampler.distribution(row, sampling, history);
    int[] ids = history.stream().mapToInt(id -> id).toArray();
    double uniform = Philox.uniform(seed, 11);
    int drawn = draw(row, sampling, History.of(ids), 11);
    assertThat(wanted).containsKey(drawn);
    double before = 0;
    for (var entry : wanted.entrySet()) {
      if (entry.getKey() == drawn) {
        assertThat(uniform).isBetween(before - 1e-4, before + entry.getValue() + 1e-4);
      }
      before += entry.getValue();
    }
  }

  /// What a device may send in place of a whole row is enough for the very same draw.
  @Property(tries = 500)
  void theBestTokensOfARowAreEnough(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 1) int warm,
      @ForAll @IntRange(min = 1, max = 60) int topK,
      @ForAll @IntRange(min = -1, max = 70) int lastN) {
    var random = new Random(seed);
    float[] row = new float[300];
    for (int id = 0; id < row.length; id++) {
      row[id] = random.nextInt(40) - 20;
    }
    int[] history = random.ints(100, 0, 300).toArray();
    Sampling sampling =
        new Sampling(
            warm * 0.9f,
            topK,
            random.nextBoolean() ? 1 : 0.9f,
            random.nextFloat() / 50,
            random.nextBoolean() ? 1 : 0.8f,
            lastN,
            1 + random.nextInt(3) / 4f,
            random.nextInt(2),
            random.nextInt(2) / 2f,
            seed,
            random.nextBoolean()
                ? Map.of()
                : Map.of(history[0], -3f, (history[0] + 7) % 300, Float.NEGATIVE_INFINITY));
    var wish = new Wish(sampling, History.of(history), history.length);
    int enough = sampling.candidates(history.length);
    assertThat(enough).isPositive();
    var sampler = new Sampler(row.length);
    int drawn = sampler.draw(best(row, Math.min(enough, row.length)), wish);
    assertThat(drawn).isEqualTo(sampler.draw(all(row), wish));
  }

  private static Row best(float[] row, int count) {
    int[] ids =
        IntStream.range(0, row.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(id -> -row[id]).thenComparing(id -> id))
            .limit(count)
            .mapToInt(id -> id)
            .sorted()
            .toArray();
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = row[ids[i]];
    }
    return new Row(values, 0, count, new Ids.Some(ids, 0));
  }

  @Test
  void whatRaisesATokenNeedsTheWholeRow() {
    Sampling greedy = Sampling.greedy();
    assertThat(greedy.candidates(50)).isEqualTo(2);
    assertThat(Sampling.defaults(1).candidates(50)).isEqualTo(41);
    assertThat(sampling(1, 0, 0.5f, 0).candidates(50)).isZero();
    assertThat(sampling(1, Integer.MAX_VALUE, 1, 0).candidates(50)).isEqualTo(Integer.MAX_VALUE);
    Sampling biased = new Sampling(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, Map.of(3, 1f));
    assertThat(biased.candidates(50)).isZero();
    Sampling fondOfRepeating = new Sampling(0, 0, 1, 0, 1, 9, 0.9f, 0, 0, 0, Map.of());
    assertThat(fondOfRepeating.candidates(50)).isZero();
  }

  @Test
  void frequenciesAreThoseOfTheNaiveDistribution() {
    int draws = 60_000;
    float[] row = row(4, 40);
    for (Sampling sampling :
        List.of(
            sampling(1, 0, 1, 0),
            sampling(0.7f, 10, 1, 0),
            sampling(1.3f, 0, 0.8f, 0),
            sampling(1, 0, 1, 0.05f),
            new Sampling(1, 30, 0.95f, 0.01f, 0.7f, 0, 1, 0, 0, 99, Map.of()))) {
      Map<Integer, Double> wanted = NaiveSampler.distribution(row, sampling, List.of());
      var sampler = new Sampler(row.length);
      int[] seen = new int[row.length];
      for (int position = 0; position < draws; position++) {
        seen[sampler.draw(all(row), new Wish(sampling, NOTHING, position))]++;
      }
      double chiSquare = 0;
      for (int id = 0; id < seen.length; id++) {
        double expected = draws * wanted.getOrDefault(id, 0.0);
        if (expected == 0) {
          assertThat(seen[id]).isZero();
        } else {
          chiSquare += Math.pow(seen[id] - expected, 2) / Math.max(expected, 1);
        }
      }
      // The 99.99% quantile of chi-square with 39 degrees of freedom; fewer have a lower one.
      assertThat(chiSquare).isLessThan(81);
    }
  }

  @Test
  void logProbabilitiesAreOfTheModelsOwnDistribution() {
    float[] row = row(6, 500);
    double sum = 0;
    for (float logit : row) {
      sum += Math.exp(logit);
    }
    var logprobs = new Sampler(500).logprobs(all(row), 17, 20);
    assertThat(logprobs.chosen()).isCloseTo(row[17] - Math.log(sum), within(1e-9));
    assertThat(logprobs.top()).hasSize(20);
    double last = 0;
    for (var entry : logprobs.top()) {
      assertThat(entry.logprob()).isCloseTo(row[entry.id()] - Math.log(sum), within(1e-9));
      assertThat(entry.logprob()).isLessThanOrEqualTo(last);
      last = entry.logprob();
    }
    long better = logprobs.top().stream().filter(e -> row[e.id()] >= row[17]).count();
    assertThat(better).isPositive();
  }
}
