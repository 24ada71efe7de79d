package mneme.device.host;

import mneme.device.host.machine.Curves;
import mneme.graph.Op;
import mneme.graph.RouteSpec;

/// Rows are few numbers wide, so they are chosen one after another on the calling thread.
final class RouteKernel implements Kernel {
  private final Op.Route op;
  private final RouteSpec spec;
  private final float[] bias;
  private final float[] gates;
  private final float[] worths;
  private final boolean[] taken;

  RouteKernel(Op.Route op, Setting setting) {
    this.op = op;
    spec = op.spec();
    bias = spec.bias() == null ? new float[spec.experts()] : setting.weights().vector(spec.bias());
    gates = new float[spec.experts()];
    worths = new float[spec.experts()];
    taken = new boolean[spec.experts()];
  }

  @Override
  public void run(Step step) {
    float[] in = step.of(op.logits());
    float[] out = step.of(op.out());
    for (int row = 0; row < step.rows(); row++) {
      gate(in, row * spec.experts());
      leaveOutWeakGroups();
      choose(out, row * 2 * spec.chosen());
    }
  }

  private void gate(float[] logits, int at) {
    System.arraycopy(logits, at, gates, 0, gates.length);
    switch (spec.gate()) {
      case SOFTMAX -> softmax(gates, 0, gates.length);
      case SIGMOID -> {
        for (int i = 0; i < gates.length; i++) {
          gates[i] = Curves.sigmoid(gates[i]);
        }
      }
      case SOFTMAX_CHOSEN -> {}
    }
    for (int i = 0; i < gates.length; i++) {
      worths[i] = gates[i] + bias[i];
      taken[i] = false;
    }
  }

  private static void softmax(float[] values, int at, int count) {
    float most = Float.NEGATIVE_INFINITY;
    for (int i = at; i < at + count; i++) {
      most = Math.max(most, values[i]);
    }
    float sum = 0;
    for (int i = at; i < at + count; i++) {
      values[i] = Curves.exp(values[i] - most);
      sum += values[i];
    }
    for (int i = at; i < at + count; i++) {
      values[i] /= sum;
    }
  }

  /// Marks the experts of all but the best groups as taken.
  private void leaveOutWeakGroups() {
    int size = spec.experts() / spec.groups();
    for (int drop = spec.groups() - spec.groupsChosen(); drop > 0; drop--) {
      int worst = -1;
      float least = 0;
      for (int group = 0; group < spec.groups(); group++) {
        float worth = worth(group * size, size);
        if (!taken[group * size] && (worst < 0 || worth <= least)) {
          worst = group;
          least = worth;
        }
      }
      for (int i = worst * size; i < (worst + 1) * size; i++) {
        taken[i] = true;
      }
    }
  }

  /// The sum of a group's two best biased gate values.
  private float worth(int from, int count) {
    float best = Float.NEGATIVE_INFINITY;
    float second = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + count; i++) {
      if (worths[i] > best) {
        second = best;
        best = worths[i];
      } else if (worths[i] > second) {
        second = worths[i];
      }
    }
    return count == 1 ? best : best + second;
  }

  private void choose(float[] out, int at) {
    int chosen = spec.chosen();
    for (int c = 0; c < chosen; c++) {
      int best = -1;
      for (int i = 0; i < gates.length; i++) {
        if (!taken[i] && (best < 0 || worths[i] > worths[best])) {
          best = i;
        }
      }
      taken[best] = true;
      out[at + c] = best;
      out[at + chosen + c] = gates[best];
    }
    weigh(out, at + chosen);
  }

  private void weigh(float[] out, int at) {
    int chosen = spec.chosen();
    if (spec.gate() == RouteSpec.Gate.SOFTMAX_CHOSEN) {
      softmax(out, at, chosen);
    }
    float sum = 0;
    for (int c = 0; c < chosen; c++) {
      sum += out[at + c];
    }
    for (int c = 0; c < chosen; c++) {
      out[at + c] = (spec.normalise() ? out[at + c] / sum : out[at + c]) * spec.factor();
    }
  }
}
