package mneme.text;

import java.util.Arrays;

/// Locally typical sampling (Meister et al., arXiv 2202.00666): keeps the tokens whose surprise is
/// nearest to the distribution's entropy, until they reach a probability together.
final class Typical {
  private double[] probabilities = new double[0];
  private long[] order = new long[0];
  private boolean[] wanted = new boolean[0];

  void filter(Ranking ranking, float probability) {
    int size = ranking.size();
    reserve(size);
    double entropy = distribution(ranking);
    for (int rank = 0; rank < size; rank++) {
      double p = probabilities[rank];
      double oddity = p == 0 ? Float.MAX_VALUE : Math.abs(-Math.log(p) - entropy);
      // Positive floats order as their bits do, so that one sort ranks by oddity, then by rank.
      order[rank] = (long) Float.floatToIntBits((float) oddity) << 32 | rank;
    }
    Arrays.sort(order, 0, size);
    double reached = 0;
    for (int i = 0; i < size && reached <= probability; i++) {
      int rank = (int) order[i];
      wanted[rank] = true;
      reached += probabilities[rank];
    }
    ranking.keep(wanted);
  }

  /// Fills the probabilities by rank; the result is their entropy in nats.
  private double distribution(Ranking ranking) {
    float best = ranking.logit(0);
    int size = ranking.size();
    double sum = 0;
    for (int rank = 0; rank < size; rank++) {
      probabilities[rank] = Sampler.weight((double) ranking.logit(rank) - best);
      sum += probabilities[rank];
    }
    double entropy = 0;
    for (int rank = 0; rank < size; rank++) {
      probabilities[rank] /= sum;
      double p = probabilities[rank];
      entropy -= p == 0 ? 0 : p * Math.log(p);
    }
    return entropy;
  }

  private void reserve(int size) {
    if (order.length < size) {
      probabilities = new double[size];
      order = new long[size];
      wanted = new boolean[size];
    }
    Arrays.fill(wanted, 0, size, false);
  }
}
