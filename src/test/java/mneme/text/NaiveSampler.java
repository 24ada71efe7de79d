package mneme.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The same chain written a second time, straight from its definition and without care for speed:
/// sorts everything, keeps everything in objects. Gives the distribution a token is drawn from.
final class NaiveSampler {
  private record Candidate(int id, double logit) {}

  private NaiveSampler() {}

  static Map<Integer, Double> distribution(float[] row, Sampling sampling, List<Integer> history) {
    List<Candidate> candidates = new ArrayList<>();
    Map<Integer, Long> counts = counts(sampling.repeatLastN(), history);
    for (int id = 0; id < row.length; id++) {
      double logit = row[id] + sampling.logitBias().getOrDefault(id, 0f);
      Long count = counts.get(id);
      if (count != null) {
        logit *= logit > 0 ? 1 / (double) sampling.repeatPenalty() : sampling.repeatPenalty();
        logit -= count * sampling.frequencyPenalty() + sampling.presencePenalty();
      }
      candidates.add(new Candidate(id, logit));
    }
    Comparator<Candidate> worse = Comparator.comparingDouble(c -> -c.logit());
    candidates.sort(worse.thenComparingInt(Candidate::id));
    List<Candidate> kept = candidates;
    if (sampling.topK() > 0) {
      kept = kept.subList(0, Math.min(sampling.topK(), kept.size()));
    }
    kept = typical(kept, sampling.typicalP());
    kept = nucleus(kept, sampling.topP());
    double[] p = softmax(kept, 1);
    int likely = 0;
    while (likely < kept.size() && p[likely] >= sampling.minP() * p[0]) {
      likely++;
    }
    kept = kept.subList(0, likely);
    double[] last = softmax(kept, sampling.temperature());
    Map<Integer, Double> result = new LinkedHashMap<>();
    for (int i = 0; i < kept.size(); i++) {
      result.put(kept.get(i).id(), last[i]);
    }
    return result;
  }

  private static Map<Integer, Long> counts(int lastN, List<Integer> history) {
    int from = lastN < 0 ? 0 : Math.max(0, history.size() - lastN);
    Map<Integer, Long> counts = new HashMap<>();
    history.subList(from, history.size()).forEach(id -> counts.merge(id, 1L, Long::sum));
    return counts;
  }

  private static double[] softmax(List<Candidate> candidates, double temperature) {
    double[] p = new double[candidates.size()];
    double best = candidates.getFirst().logit();
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp((candidates.get(i).logit() - best) / temperature);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  private static List<Candidate> nucleus(List<Candidate> candidates, double topP) {
    double[] p = softmax(candidates, 1);
    double reached = 0;
    for (int i = 0; i < p.length && topP < 1; i++) {
      reached += p[i];
      if (reached >= topP) {
        return candidates.subList(0, i + 1);
      }
    }
    return candidates;
  }

  private static List<Candidate> typical(List<Candidate> candidates, double typicalP) {
    if (typicalP >= 1) {
      return candidates;
    }
    double[] p = softmax(candidates, 1);
    double entropy = 0;
    for (double one : p) {
      entropy -= one * Math.log(one);
    }
    double center = entropy;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < p.length; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> Math.abs(-Math.log(p[i]) - center)));
    List<Integer> kept = new ArrayList<>();
    double reached = 0;
    for (int i : order) {
      kept.add(i);
      reached += p[i];
      if (reached > typicalP) {
        break;
      }
    }
    return kept.stream().sorted().map(candidates::get).toList();
  }
}
