package mneme.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Draws tokens from rows of logits. Reuses its arrays from draw to draw, so one thread at a time.
///
/// The order is llama.cpp's: logit bias, penalties, top-k, typical-p, top-p, min-p, temperature.
/// Each filter sees the probabilities that the one before it left, and keeps at least one token.
public final class Sampler {
  /// Tokens that are less likely than the best by a factor of e^45 count as impossible: together
  /// they are below the rounding of the sum.
  private static final double NEGLIGIBLE = -45;

  private final float[] logits;
  private final int[] counts;
  private Row row = new Row(new float[0], 0, 0, Ids.ALL);
  private final Ranking ranking;
  private final Typical typical;

  public Sampler(int vocabulary) {
    this.logits = new float[vocabulary];
    this.counts = new int[vocabulary];
    this.ranking = new Ranking(vocabulary);
    this.typical = new Typical();
  }

  /// The tokens of a sequence so far, prompt included: what penalties look at.
  public interface History {
    int length();

    int at(int index);

    static History of(int... ids) {
      int[] copy = ids.clone();
      return new History() {
        @Override
        public int length() {
          return copy.length;
        }

        @Override
        public int at(int index) {
          return copy[index];
        }
      };
    }
  }

  /// The logits that a token is drawn from: `values[from, from + size)`, by ascending id.
  ///
  /// @param ids which tokens they are of. If not all, they are the best of the row, at least as
  ///   many as [Sampling#candidates] asks for
  public record Row(float[] values, int from, int size, Ids ids) {}

  /// Which token each number of a row is of.
  public sealed interface Ids {
    /// Every token of the vocabulary.
    Ids ALL = new Every();

    /// The token at `index` of the row.
    int at(int index);

    /// Where token `id` is, below 0 if nowhere; of a row of `size` tokens.
    int indexOf(int id, int size);

    record Every() implements Ids {
      @Override
      public int at(int index) {
        return index;
      }

      @Override
      public int indexOf(int id, int size) {
        return id < size ? id : -1;
      }
    }

    /// `ids[from, from + size)`, ascending.
    record Some(int[] ids, int from) implements Ids {
      @Override
      public int at(int index) {
        return ids[from + index];
      }

      @Override
      public int indexOf(int id, int size) {
        int index = Arrays.binarySearch(ids, from, from + size, id);
        return index < 0 ? -1 : index - from;
      }
    }
  }

  /// @param position of the token that is drawn, counted from the start of the sequence; the random
  ///   number depends on it and on the seed only
  public record Wish(Sampling sampling, History history, long position) {}

  /// With temperature 0 the best token wins, after bias and penalties; of equals the one with the
  /// lowest id.
  ///
  /// @throws LogitsException if the row holds a NaN or an infinity, or no token is allowed
  public int draw(Row from, Wish wish) {
    row = from;
    Sampling sampling = wish.sampling();
    check(row);
    System.arraycopy(row.values(), row.from(), logits, 0, row.size());
    bias(sampling.logitBias());
    penalize(sampling, wish.history());
    int best = best();
    if (!(sampling.temperature() > 0)) {
      return row.ids().at(best);
    }
    filter(sampling);
    return row.ids()
        .at(pick(sampling.temperature(), Philox.uniform(sampling.seed(), wish.position())));
  }

  /// Log probabilities of `id` and of the `top` most likely tokens in a row of all tokens, as the
  /// model gave it.
  ///
  /// @throws LogitsException as [#draw]
  public Logprobs logprobs(Row all, int id, int top) {
    check(all);
    ranking.reset(all.values(), all.from(), all.size());
    float best = ranking.logit(0);
    double sum = 0;
    for (int i = 0; i < all.size(); i++) {
      sum += weight((double) all.values()[all.from() + i] - best);
    }
    double normalizer = best + Math.log(sum);
    List<Logprobs.Entry> entries = new ArrayList<>();
    for (int rank = 0; rank < Math.min(top, all.size()); rank++) {
      entries.add(new Logprobs.Entry(ranking.id(rank), ranking.logit(rank) - normalizer));
    }
    return new Logprobs(all.values()[all.from() + id] - normalizer, entries);
  }

  /// A logit of minus infinity is a token that the model never gives; anything else that is not
  /// finite comes from a fault.
  private static void check(Row row) {
    float[] values = row.values();
    for (int i = row.from(); i < row.from() + row.size(); i++) {
      if (!(values[i] < Float.POSITIVE_INFINITY)) {
        int id = row.ids().at(i - row.from());
        throw new LogitsException("the logit of token " + id + " is " + values[i]);
      }
    }
  }

  private void bias(Map<Integer, Float> biases) {
    for (var entry : biases.entrySet()) {
      int index = index(entry.getKey());
      if (index >= 0) {
        logits[index] = Math.min(logits[index] + entry.getValue(), Float.MAX_VALUE);
      }
    }
  }

  private int index(int id) {
    return id < 0 ? -1 : row.ids().indexOf(id, row.size());
  }

  private void penalize(Sampling sampling, History history) {
    int length = history.length();
    int from = length - sampling.penalized(length);
    for (int i = from; i < length; i++) {
      int index = index(history.at(i));
      if (index >= 0) {
        counts[index]++;
      }
    }
    for (int i = from; i < length; i++) {
      int index = index(history.at(i));
      if (index >= 0 && counts[index] > 0) {
        logits[index] = penalized(logits[index], counts[index], sampling);
        counts[index] = 0;
      }
    }
  }

  private static float penalized(float logit, int count, Sampling sampling) {
    float repeated =
        logit <= 0 ? logit * sampling.repeatPenalty() : logit / sampling.repeatPenalty();
    return repeated - count * sampling.frequencyPenalty() - sampling.presencePenalty();
  }

  private int best() {
    int best = 0;
    for (int i = 1; i < row.size(); i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    if (!Float.isFinite(logits[best])) {
      throw new LogitsException("no token is allowed: every logit is " + logits[best]);
    }
    return best;
  }

  private void filter(Sampling sampling) {
    ranking.reset(logits, 0, row.size());
    if (sampling.topK() > 0) {
      ranking.keep(sampling.topK());
    }
    if (sampling.typicalP() < 1) {
      typical.filter(ranking, sampling.typicalP());
    }
    if (sampling.topP() < 1) {
      ranking.keep(nucleus(sampling.topP()));
    }
    if (sampling.minP() > 0) {
      ranking.keep(likely(sampling.minP()));
    }
  }

  /// How many of the best tokens reach a probability of `topP` together.
  private int nucleus(float topP) {
    float best = ranking.logit(0);
    double wanted = topP * sum(best, 1);
    double reached = 0;
    int count = 0;
    do {
      reached += weight((double) ranking.logit(count++) - best);
    } while (reached < wanted && count < ranking.size());
    return count;
  }

  /// How many tokens are at least `minP` times as likely as the best.
  private int likely(float minP) {
    double least = ranking.logit(0) + Math.log(minP);
    int count = 1;
    while (count < ranking.size() && ranking.logit(count) >= least) {
      count++;
    }
    return count;
  }

  /// Walks down the ranks until the share `uniform` of the whole weight is used up.
  private int pick(float temperature, double uniform) {
    float best = ranking.logit(0);
    double left = uniform * sum(best, temperature);
    int last = 0;
    for (int rank = 0; rank < ranking.size(); rank++) {
      double weight = weight(((double) ranking.logit(rank) - best) / temperature);
      if (weight == 0) {
        break;
      }
      last = rank;
      left -= weight;
      if (left < 0) {
        break;
      }
    }
    return ranking.id(last);
  }

  private double sum(float best, float temperature) {
    double sum = 0;
    for (int i = 0; i < ranking.size(); i++) {
      sum += weight(((double) ranking.anyLogit(i) - best) / temperature);
    }
    return sum;
  }

  static double weight(double exponent) {
    return exponent < NEGLIGIBLE ? 0 : Math.exp(exponent);
  }
}
