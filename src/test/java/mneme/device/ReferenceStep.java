package mneme.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.RopeSpec;
import mneme.graph.Value;
import mneme.memory.MemoryPlan;
import org.jspecify.annotations.Nullable;

/// One step of the [ReferenceDevice]: the values of all ops so far, and the rows still alive.
final class ReferenceStep {
  private final Function<Tensor, float[]> weights;
  private final float[] given;
  private final double[][][] values;
  private final ReferenceScans scans;
  private List<ReferenceRow> rows = new ArrayList<>();

  ReferenceStep(
      Graph graph,
      MemoryPlan plan,
      Batch batch,
      DevicePool pool,
      Function<Tensor, float[]> weights) {
    this.weights = weights;
    this.given = batch.given() == null ? new float[0] : batch.given();
    this.values = new double[graph.values()][][];
    for (Span span : batch.spans()) {
      int length = span.tokens().length();
      for (int i = 0; i < length; i++) {
        boolean isWanted = i >= length - span.outputs();
        rows.add(new ReferenceRow(span, span.tokens().at(i), span.start() + i, isWanted));
      }
    }
    this.scans = new ReferenceScans(graph, new ReferenceMemory(plan, pool), rows, weights);
  }

  double[][] value(Value value) {
    return values[value.id()];
  }

  void run(Op op) {
    double[][] out = compute(op);
    for (double[] row : out) {
      if (row.length != op.out().width()) {
        throw new IllegalStateException(op + " made a row of " + row.length);
      }
    }
    values[op.out().id()] = out;
  }

  private double[][] compute(Op op) {
    return switch (op) {
      case Op.Embed embed -> embed(embed);
      case Op.Given given -> given(given.out().width());
      case Op.RmsNorm norm ->
          each(norm.in(), x -> ReferenceMath.rmsNorm(x, of(norm.weight()), norm));
      case Op.LayerNorm norm ->
          each(
              norm.in(), x -> ReferenceMath.layerNorm(x, of(norm.weight()), of(norm.bias()), norm));
      case Op.L2Norm norm -> each(norm.in(), x -> ReferenceMath.l2Norm(x, norm));
      case Op.MatMul mul -> each(mul.in(), x -> matMul(mul, x));
      case Op.BlockMatMul mul -> each(mul.in(), x -> blockMatMul(mul, x));
      case Op.SumRuns sum -> each(sum.in(), x -> sumRuns(x, sum.group()));
      case Op.Add add ->
          both(add.left(), add.right(), (x, y, c) -> x[c] + y[c / (x.length / y.length)]);
      case Op.Multiply mul ->
          both(mul.left(), mul.right(), (x, y, c) -> x[c] * y[c / (x.length / y.length)]);
      case Op.Scale scale -> columns(scale.in(), (x, c) -> x[c] * scale.factor());
      case Op.AddWeight add -> {
        float[] weight = weights.apply(add.weight());
        yield columns(add.in(), (x, c) -> x[c] + weight[c % weight.length]);
      }
      case Op.MultiplyWeight mul -> {
        float[] weight = weights.apply(mul.weight());
        yield columns(mul.in(), (x, c) -> x[c] * weight[c % weight.length]);
      }
      case Op.Activate act -> columns(act.in(), (x, c) -> ReferenceMath.apply(act.kind(), x[c]));
      case Op.Softcap cap -> columns(cap.in(), (x, c) -> cap.cap() * Math.tanh(x[c] / cap.cap()));
      case Op.Gated gated ->
          both(
              gated.gate(),
              gated.up(),
              (g, u, c) -> ReferenceMath.apply(gated.kind(), g[c]) * u[c]);
      case Op.ClampedGated gated ->
          both(gated.gate(), gated.up(), (g, u, c) -> clamped(gated, g[c], u[c]));
      case Op.Columns columns -> each(columns.in(), x -> columns(columns, x));
      case Op.Concat concat -> concat(concat);
      case Op.Rope rope -> rope(rope);
      case Op.Route route ->
          each(
              route.logits(), x -> ReferenceRouter.route(x, route.spec(), of(route.spec().bias())));
      case Op.ExpertMatMul mul ->
          both(mul.in(), mul.route(), (x, route) -> expertMatMul(mul, x, route));
      case Op.Combine combine ->
          both(combine.in(), combine.route(), (x, route) -> combine(combine, x, route));
      case Op.OutputRows output -> outputRows(output);
      case Op.Stateful stateful -> scans.run(stateful, values);
    };
  }

  private float @Nullable [] of(@Nullable Tensor tensor) {
    return tensor == null ? null : weights.apply(tensor);
  }

  private interface Column {
    double of(double[] x, int column);
  }

  private interface Columns {
    double of(double[] x, double[] y, int column);
  }

  private interface Rows {
    double[] of(double[] x, double[] y);
  }

  private double[][] each(Value in, UnaryOperator<double[]> row) {
    return Arrays.stream(value(in)).map(row).toArray(double[][]::new);
  }

  private double[][] columns(Value in, Column column) {
    return each(
        in,
        x -> {
          double[] out = new double[x.length];
          Arrays.setAll(out, c -> column.of(x, c));
          return out;
        });
  }

  private double[][] both(Value left, Value right, Rows row) {
    double[][] out = new double[value(left).length][];
    Arrays.setAll(out, r -> row.of(value(left)[r], value(right)[r]));
    return out;
  }

  private double[][] both(Value left, Value right, Columns column) {
    return both(
        left,
        right,
        (x, y) -> {
          double[] out = new double[x.length];
          Arrays.setAll(out, c -> column.of(x, y, c));
          return out;
        });
  }

  private double[][] embed(Op.Embed embed) {
    float[] table = weights.apply(embed.table());
    int width = embed.out().width();
    double[][] out = new double[rows.size()][width];
    for (int r = 0; r < out.length; r++) {
      for (int c = 0; c < width; c++) {
        out[r][c] = table[rows.get(r).token() * width + c];
      }
    }
    return out;
  }

  private double[][] given(int width) {
    double[][] out = new double[rows.size()][width];
    for (int r = 0; r < out.length; r++) {
      for (int c = 0; c < width; c++) {
        out[r][c] = given[r * width + c];
      }
    }
    return out;
  }

  private double[] matMul(Op.MatMul mul, double[] x) {
    double[] out = new double[mul.out().width()];
    float[] bias = of(mul.bias());
    float[] weight = weights.apply(mul.weight());
    for (int o = 0; o < out.length; o++) {
      out[o] = dot(weight, o * x.length, x, 0, x.length) + (bias == null ? 0 : bias[o]);
    }
    return out;
  }

  private double[] blockMatMul(Op.BlockMatMul mul, double[] x) {
    int columns = mul.weight().columns();
    int rowsPerBlock = mul.weight().rows();
    float[] weight = weights.apply(mul.weight());
    double[] out = new double[mul.out().width()];
    for (int o = 0; o < out.length; o++) {
      out[o] = dot(weight, o * columns, x, o / rowsPerBlock * columns, columns);
    }
    return out;
  }

  private double[] expertMatMul(Op.ExpertMatMul mul, double[] x, double[] route) {
    int columns = mul.weight().columns();
    int height = mul.weight().rows();
    float[] weight = weights.apply(mul.weight());
    float[] bias = of(mul.bias());
    double[] out = new double[mul.out().width()];
    for (int o = 0; o < out.length; o++) {
      int run = o / height;
      int row = (int) route[run] * height + o % height;
      int from = x.length == columns ? 0 : run * columns;
      out[o] = dot(weight, row * columns, x, from, columns) + (bias == null ? 0 : bias[row]);
    }
    return out;
  }

  private static double dot(float[] weight, int at, double[] x, int from, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weight[at + i] * x[from + i];
    }
    return sum;
  }

  private static double[] sumRuns(double[] x, int group) {
    double[] out = new double[x.length / group];
    for (int c = 0; c < x.length; c++) {
      out[c / group] += x[c];
    }
    return out;
  }

  private static double clamped(Op.ClampedGated op, double gate, double up) {
    double g = Math.min(gate, op.limit());
    double u = Math.clamp(up, -op.limit(), op.limit());
    return g / (1 + Math.exp(-op.alpha() * g)) * (u + 1);
  }

  private static double[] columns(Op.Columns op, double[] x) {
    double[] out = new double[op.width() * op.count()];
    Arrays.setAll(out, c -> x[op.offset() + c / op.width() * op.stride() + c % op.width()]);
    return out;
  }

  private double[][] concat(Op.Concat op) {
    return both(
        op.left(),
        op.right(),
        (x, y) -> {
          int a = x.length / op.count();
          int b = y.length / op.count();
          double[] out = new double[x.length + y.length];
          Arrays.setAll(
              out,
              c -> {
                int run = c / (a + b);
                int i = c % (a + b);
                return i < a ? x[run * a + i] : y[run * b + i - a];
              });
          return out;
        });
  }

  private double[][] rope(Op.Rope op) {
    double[][] out = new double[value(op.in()).length][];
    Arrays.setAll(out, r -> turn(op.spec(), value(op.in())[r], rows.get(r).position()));
    return out;
  }

  private static double[] turn(RopeSpec spec, double[] x, int position) {
    double[] out = x.clone();
    double[] frequencies = spec.frequencies();
    for (int head = 0; head < x.length; head += spec.headWidth()) {
      for (int pair = 0; pair < frequencies.length; pair++) {
        int start = head + spec.offset();
        int i = start + (spec.neighbours() ? 2 * pair : pair);
        int j = i + (spec.neighbours() ? 1 : spec.rotatedWidth() / 2);
        double cos = Math.cos(position * frequencies[pair]) * spec.magnitude();
        double sin = Math.sin(position * frequencies[pair]) * spec.magnitude();
        out[i] = x[i] * cos - x[j] * sin;
        out[j] = x[i] * sin + x[j] * cos;
      }
    }
    return out;
  }

  private static double[] combine(Op.Combine op, double[] x, double[] route) {
    double[] out = new double[op.out().width()];
    for (int run = 0; run < op.chosen(); run++) {
      for (int c = 0; c < out.length; c++) {
        out[c] += route[op.chosen() + run] * x[run * out.length + c];
      }
    }
    return out;
  }

  private double[][] outputRows(Op.OutputRows op) {
    List<double[]> kept = new ArrayList<>();
    for (int r = 0; r < rows.size(); r++) {
      if (rows.get(r).isWanted()) {
        kept.add(value(op.in())[r]);
      }
    }
    rows = rows.stream().filter(ReferenceRow::isWanted).toList();
    return kept.toArray(double[][]::new);
  }
}
