package mneme.device;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import mneme.format.Tensor;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.HeadScanSpec;
import mneme.graph.LinearScanSpec;
import mneme.graph.Op;
import mneme.memory.MemoryNeed;
import org.jspecify.annotations.Nullable;

/// The ops that remember, row by row in the order of positions.
final class ReferenceScans {
  private final Graph graph;
  private final ReferenceMemory memory;
  private final List<ReferenceRow> rows;
  private final Function<Tensor, float[]> weights;

  ReferenceScans(
      Graph graph,
      ReferenceMemory memory,
      List<ReferenceRow> rows,
      Function<Tensor, float[]> weights) {
    this.graph = graph;
    this.memory = memory;
    this.rows = List.copyOf(rows);
    this.weights = weights;
  }

  double[][] run(Op.Stateful op, double[][][] values) {
    return switch (op) {
      case Op.Attention attention -> attention(attention, values);
      case Op.ShortConv conv -> {
        double[][] in = values[conv.in().id()];
        float[] bias = of(conv.bias());
        yield scan(op, (state, r) -> shortConv(conv, state, in[r], bias));
      }
      case Op.Shift shift -> {
        double[][] in = values[shift.in().id()];
        yield scan(op, (state, r) -> shift(state, in[r]));
      }
      case Op.SelectiveScan scan -> scan(op, (state, r) -> selectiveScan(scan, state, values, r));
      case Op.HeadScan scan -> scan(op, (state, r) -> headScan(scan, state, values, r));
      case Op.LinearScan scan -> scan(op, (state, r) -> linearScan(scan, state, values, r));
      case Op.DeltaScan scan -> scan(op, (state, r) -> deltaScan(scan, state, values, r));
      case Op.GatedRecurrence gru -> scan(op, (state, r) -> gatedRecurrence(gru, state, values, r));
      case Op.MatrixLstm lstm -> scan(op, (state, r) -> matrixLstm(lstm, state, values, r));
      case Op.ScalarLstm lstm -> scan(op, (state, r) -> scalarLstm(lstm, state, values, r));
      case Op.ChannelWkv wkv -> scan(op, (state, r) -> channelWkv(wkv, state, values, r));
    };
  }

  private interface Token {
    /// Changes the state and gives the row's output.
    double[] read(double[] state, int row);
  }

  private double[][] scan(Op.Stateful op, Token token) {
    double[][] out = new double[rows.size()][];
    var shape = (MemoryNeed.State) graph.needs().get(op.need());
    double[] state = {};
    for (int r = 0; r < out.length; r++) {
      ReferenceRow row = rows.get(r);
      if (row.isFirstOfSpan()) {
        state = memory.state(op.need(), shape, row.span());
      }
      out[r] = token.read(state, r);
      roundToFloats(state);
      memory.keep(op.need(), row.span(), state);
    }
    return out;
  }

  /// A state is f32 between any two tokens, so that chunks make no difference.
  private static void roundToFloats(double[] state) {
    for (int i = 0; i < state.length; i++) {
      state[i] = (float) state[i];
    }
  }

  private float @Nullable [] of(@Nullable Tensor tensor) {
    return tensor == null ? null : weights.apply(tensor);
  }

  private double[][] attention(Op.Attention op, double[][][] values) {
    var kv = (MemoryNeed.Kv) graph.needs().get(op.need());
    for (int r = 0; r < rows.size(); r++) {
      if (op.key() != null) {
        memory.keepKey(op.need(), kv, rows.get(r), values[op.key().id()][r]);
      }
      if (op.value() != null) {
        memory.keepValue(op.need(), kv, rows.get(r), values[op.value().id()][r]);
      }
    }
    double[][] out = new double[rows.size()][op.out().width()];
    for (int r = 0; r < out.length; r++) {
      for (int head = 0; head < op.spec().queryHeads(); head++) {
        attend(op, kv, rows.get(r), head, values[op.query().id()][r], out[r]);
      }
    }
    return out;
  }

  private void attend(
      Op.Attention op, MemoryNeed.Kv kv, ReferenceRow row, int head, double[] query, double[] out) {
    AttentionSpec spec = op.spec();
    int kvHead = head / (spec.queryHeads() / kv.heads());
    int last = row.position();
    int first = kv.windowTokens() == 0 ? 0 : Math.max(0, last - kv.windowTokens() + 1);
    boolean isLatent = kv.valueWidth() == 0;
    int width = isLatent ? spec.latentValueWidth() : kv.valueWidth();
    double[] scores = new double[last - first + 1 + (spec.sinks() == null ? 0 : 1)];
    double[][] seen = new double[last - first + 1][];
    for (int p = first; p <= last; p++) {
      double[] key = memory.key(op.need(), kv, row.span().memory(), p, kvHead);
      seen[p - first] =
          isLatent ? key : memory.value(op.need(), kv, row.span().memory(), p, kvHead);
      double dot = 0;
      for (int i = 0; i < kv.keyWidth(); i++) {
        dot += query[head * kv.keyWidth() + i] * key[i];
      }
      double score = dot * spec.scale();
      scores[p - first] =
          spec.softcap() == 0 ? score : spec.softcap() * Math.tanh(score / spec.softcap());
    }
    if (spec.sinks() != null) {
      scores[seen.length] = weights.apply(spec.sinks())[head];
    }
    double[] shares = ReferenceMath.softmax(scores);
    for (int p = 0; p < seen.length; p++) {
      for (int i = 0; i < width; i++) {
        out[head * width + i] += shares[p] * seen[p][i];
      }
    }
  }

  private double[] shortConv(
      Op.ShortConv op, double[] state, double[] in, float @Nullable [] bias) {
    int taps = op.weight().columns();
    int channels = in.length;
    float[] weight = weights.apply(op.weight());
    double[] out = new double[channels];
    for (int c = 0; c < channels; c++) {
      double sum = weight[c * taps + taps - 1] * in[c] + (bias == null ? 0 : bias[c]);
      for (int j = 0; j < taps - 1; j++) {
        sum += weight[c * taps + j] * state[j * channels + c];
      }
      out[c] = ReferenceMath.apply(op.kind(), sum);
    }
    if (taps > 1) {
      System.arraycopy(state, channels, state, 0, (taps - 2) * channels);
      System.arraycopy(in, 0, state, (taps - 2) * channels, channels);
    }
    return out;
  }

  private static double[] shift(double[] state, double[] in) {
    double[] out = state.clone();
    System.arraycopy(in, 0, state, 0, in.length);
    return out;
  }

  private double[] selectiveScan(Op.SelectiveScan op, double[] state, double[][][] values, int r) {
    double[] x = values[op.x().id()][r];
    double[] step = values[op.step().id()][r];
    double[] b = values[op.b().id()][r];
    double[] c = values[op.c().id()][r];
    float[] a = weights.apply(op.a());
    float[] d = weights.apply(op.d());
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = d[i] * x[i];
      for (int n = 0; n < b.length; n++) {
        int at = i * b.length + n;
        state[at] = Math.exp(step[i] * a[at]) * state[at] + step[i] * x[i] * b[n];
        out[i] += state[at] * c[n];
      }
    }
    return out;
  }

  private double[] headScan(Op.HeadScan op, double[] state, double[][][] values, int r) {
    HeadScanSpec spec = op.spec();
    double[] x = values[op.x().id()][r];
    double[] b = values[op.b().id()][r];
    double[] c = values[op.c().id()][r];
    float[] d = of(spec.d());
    int n = spec.stateWidth();
    double[] out = new double[x.length];
    for (int h = 0; h < spec.heads(); h++) {
      int group = h / (spec.heads() / spec.groups());
      double step =
          ReferenceMath.softplus(values[op.dt().id()][r][h] + weights.apply(spec.dtBias())[h]);
      double decay = Math.exp(step * weights.apply(spec.a())[h]);
      for (int i = h * spec.headWidth(); i < (h + 1) * spec.headWidth(); i++) {
        out[i] = d == null ? 0 : d[h] * x[i];
        for (int j = 0; j < n; j++) {
          state[i * n + j] = decay * state[i * n + j] + step * x[i] * b[group * n + j];
          out[i] += state[i * n + j] * c[group * n + j];
        }
      }
    }
    return out;
  }

  private double[] linearScan(Op.LinearScan op, double[] state, double[][][] values, int r) {
    LinearScanSpec spec = op.spec();
    double[] q = values[op.query().id()][r];
    double[] k = values[op.key().id()][r];
    double[] v = values[op.value().id()][r];
    int keyWidth = k.length / spec.heads();
    int valueWidth = v.length / spec.heads();
    float[] bonus = of(spec.bonus());
    float[] constant = of(spec.decay());
    double[] out = new double[v.length];
    for (int i = 0; i < k.length; i++) {
      int head = i / keyWidth;
      double decay =
          constant != null ? constant[head] : decayOf(values[op.decay().id()][r], i, k.length);
      for (int j = 0; j < valueWidth; j++) {
        double added = k[i] * v[head * valueWidth + j];
        double before = state[i * valueWidth + j];
        double after = decay * before + added;
        double read = bonus == null ? after : before + bonus[i] * added;
        out[head * valueWidth + j] += spec.scale() * q[i] * read;
        state[i * valueWidth + j] = after;
      }
    }
    return out;
  }

  private static double decayOf(double[] decay, int channel, int channels) {
    return decay[channel / (channels / decay.length)];
  }

  private double[] deltaScan(Op.DeltaScan op, double[] state, double[][][] values, int r) {
    double[] q = values[op.query().id()][r];
    double[] k = values[op.key().id()][r];
    double[] v = values[op.value().id()][r];
    double[] w = values[op.decay().id()][r];
    double[] a = values[op.removed().id()][r];
    double[] b = values[op.replaced().id()][r];
    int keyWidth = k.length / op.heads();
    int valueWidth = v.length / op.heads();
    double[] held = new double[v.length];
    double[] out = new double[v.length];
    for (int i = 0; i < k.length; i++) {
      for (int j = 0; j < valueWidth; j++) {
        held[i / keyWidth * valueWidth + j] += a[i] * state[i * valueWidth + j];
      }
    }
    for (int i = 0; i < k.length; i++) {
      for (int j = 0; j < valueWidth; j++) {
        int to = i / keyWidth * valueWidth + j;
        int at = i * valueWidth + j;
        state[at] = decayOf(w, i, k.length) * state[at] + b[i] * held[to] + k[i] * v[to];
        out[to] += q[i] * state[at];
      }
    }
    return out;
  }

  private double[] gatedRecurrence(
      Op.GatedRecurrence op, double[] state, double[][][] values, int r) {
    double[] x = values[op.x().id()][r];
    float[] weight = weights.apply(op.weight());
    for (int i = 0; i < x.length; i++) {
      double input = values[op.inputGate().id()][r][i] * x[i];
      double logA = -8 * values[op.recurrenceGate().id()][r][i] * ReferenceMath.softplus(weight[i]);
      state[i] =
          rows.get(r).position() == 0
              ? input
              : Math.exp(logA) * state[i] + Math.sqrt(-Math.expm1(2 * logA)) * input;
    }
    return state.clone();
  }

  private double[] matrixLstm(Op.MatrixLstm op, double[] state, double[][][] values, int r) {
    double[] q = values[op.query().id()][r];
    double[] k = values[op.key().id()][r];
    double[] v = values[op.value().id()][r];
    int keyWidth = k.length / op.heads();
    int valueWidth = v.length / op.heads();
    int n = k.length * valueWidth;
    int m = n + k.length;
    double[] out = new double[v.length];
    for (int h = 0; h < op.heads(); h++) {
      double input = values[op.inputGate().id()][r][h];
      double forget = -ReferenceMath.softplus(-values[op.forgetGate().id()][r][h]);
      double largest = Math.max(forget + state[m + h], input);
      double keep = Math.exp(forget + state[m + h] - largest);
      double take = Math.exp(input - largest);
      state[m + h] = largest;
      double norm = 0;
      for (int i = h * keyWidth; i < (h + 1) * keyWidth; i++) {
        state[n + i] = keep * state[n + i] + take * k[i];
        norm += state[n + i] * q[i];
        for (int j = 0; j < valueWidth; j++) {
          int at = i * valueWidth + j;
          state[at] = keep * state[at] + take * k[i] * v[h * valueWidth + j];
          out[h * valueWidth + j] += state[at] * q[i];
        }
      }
      double divisor = Math.max(Math.abs(norm), Math.exp(-largest)) + op.epsilon();
      for (int j = h * valueWidth; j < (h + 1) * valueWidth; j++) {
        out[j] /= divisor;
      }
    }
    return out;
  }

  private double[] scalarLstm(Op.ScalarLstm op, double[] state, double[][][] values, int r) {
    double[] gates = values[op.gates().id()][r];
    int width = gates.length / 4;
    int head = width / op.heads();
    float[] recurrent = weights.apply(op.recurrent());
    float[] bias = weights.apply(op.bias());
    double[] before = state.clone();
    double[] in = new double[gates.length];
    for (int i = 0; i < gates.length; i++) {
      int gate = i / width;
      int channel = i % width;
      int row = (channel / head * 4 + gate) * head + channel % head;
      in[i] = gates[i] + bias[i];
      for (int j = 0; j < head; j++) {
        in[i] += recurrent[row * head + j] * before[channel / head * head + j];
      }
    }
    for (int i = 0; i < width; i++) {
      double input = in[i];
      double kept = before[3 * width + i] - ReferenceMath.softplus(-in[width + i]);
      double largest = rows.get(r).position() == 0 ? input : Math.max(input, kept);
      double take = Math.min(Math.exp(input - largest), 1);
      double keep = Math.min(Math.exp(kept - largest), 1);
      double c = keep * before[width + i] + take * Math.tanh(in[2 * width + i]);
      double n = keep * before[2 * width + i] + take;
      state[i] = ReferenceMath.sigmoid(in[3 * width + i]) * c / n;
      state[width + i] = c;
      state[2 * width + i] = n;
      state[3 * width + i] = largest;
    }
    return Arrays.copyOf(state, width);
  }

  private double[] channelWkv(Op.ChannelWkv op, double[] state, double[][][] values, int r) {
    double[] k = values[op.key().id()][r];
    double[] v = values[op.value().id()][r];
    float[] decay = weights.apply(op.decay());
    float[] first = weights.apply(op.first());
    int width = k.length;
    double[] out = new double[width];
    for (int i = 0; i < width; i++) {
      double o = rows.get(r).position() == 0 ? -1e38 : state[2 * width + i];
      double q = Math.max(o, first[i] + k[i]);
      double old = Math.exp(o - q);
      double now = Math.exp(first[i] + k[i] - q);
      out[i] = (old * state[i] + now * v[i]) / (old * state[width + i] + now);
      q = Math.max(o + decay[i], k[i]);
      old = Math.exp(o + decay[i] - q);
      now = Math.exp(k[i] - q);
      state[i] = old * state[i] + now * v[i];
      state[width + i] = old * state[width + i] + now;
      state[2 * width + i] = q;
    }
    return out;
  }
}
