package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import mneme.text.Sampler.History;
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

  private static int draw(float[] row, Sampling sampling, History history, long position) {
    return new Sampler(row.length).draw(row, 0, new Wish(sampling, history, position));
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
      reused.draw(row(position, 1000), 0, new Wish(sampling, NOTHING, 7L * position));
      assertThat(reused.draw(row, 0, new Wish(sampling, NOTHING, position)))
          .isEqualTo(draw(row, sampling, NOTHING, position));
    }
  }

  @Test
  void aRowInsideALargerArrayIsReadWhereItLies() {
    float[] two = {9, 0, 0, 0, 0, 9};
    assertThat(new Sampler(3).draw(two, 3, new Wish(Sampling.greedy(), NOTHING, 0))).isEqualTo(2);
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
        seen[sampler.draw(row, 0, new Wish(sampling, NOTHING, position))]++;
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
    var logprobs = new Sampler(500).logprobs(row, 0, 17, 20);
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

  @Test
  void aLargeVocabularyIsNotSortedAsAWhole() {
    float[] row = row(8, 150_000);
    var sampler = new Sampler(row.length);
    var wish = new Wish(Sampling.defaults(3), NOTHING, 0);
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 200; i++) {
      long start = System.nanoTime();
      sampler.draw(row, 0, wish);
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    assertThat(fastest).isLessThan(3_000_000);
  }
}
