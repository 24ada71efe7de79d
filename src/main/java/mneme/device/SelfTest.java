package mneme.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;

/// Whether a device computes rightly: a layer with a norm, products, attention over two pages and a
/// state, read in two pieces, beside the same sums in double precision. Takes well under a second
/// once the device is open.
public final class SelfTest {
  private static final int VOCABULARY = 48;
  private static final int WIDTH = 32;
  private static final int HEADS = 2;
  private static final int HEAD = WIDTH / HEADS;
  private static final int TOKENS = 20;
  private static final int FIRST_PIECE = 13;
  private static final int PAGE = 16;
  private static final float EPSILON = 1e-5f;
  private static final float SCALE = 0.25f;

  private final double[][] table = numbers(1, VOCABULARY);
  private final double[][] norm = numbers(2, 1);
  private final double[][] query = numbers(3, WIDTH);
  private final double[][] key = numbers(4, WIDTH);
  private final double[][] value = numbers(5, WIDTH);
  private final double[][] output = numbers(6, WIDTH);
  private final double[][] head = numbers(7, VOCABULARY);

  private SelfTest() {}

  /// The largest difference of a logit; they are about 1. A sound device stays below 1e-4.
  ///
  /// @throws DeviceException if the device fails
  public static double largestError(Device device) {
    return new SelfTest().run(device);
  }

  private static double[][] numbers(int seed, int rows) {
    double[][] numbers = new double[rows][WIDTH];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < WIDTH; c++) {
        numbers[r][c] = (float) (Math.sin(seed * 100 + r * 7.3 + c * 1.7) / 4);
      }
    }
    return numbers;
  }

  private double run(Device device) {
    Graph graph = graph();
    MemoryPlan plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F32), PAGE);
    Logits logits = new Logits(VOCABULARY);
    double[][] expected = expected();
    double worst = 0;
    try (Program program = device.prepare(graph, plan, Numerics.EXACT);
        DevicePool pool = device.openPool(plan.bytes(TOKENS))) {
      for (int[] piece : new int[][] {{0, FIRST_PIECE}, {FIRST_PIECE, TOKENS}}) {
        Tokens tokens = Tokens.of(tokens()).slice(piece[0], piece[1]);
        Span span = new Span(tokens, piece[0], side(plan), tokens.length());
        program.run(new Batch(List.of(span)), pool, logits);
        for (int row = 0; row < tokens.length(); row++) {
          worst = Math.max(worst, difference(logits.row(row), expected[piece[0] + row]));
        }
      }
    }
    return worst;
  }

  /// A number that is not one is no small difference.
  private static double difference(float[] row, double[] expected) {
    double worst = 0;
    for (int i = 0; i < row.length; i++) {
      double difference = Math.abs(row[i] - expected[i]);
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
    }
    return worst;
  }

  private static int[] tokens() {
    int[] tokens = new int[TOKENS];
    Arrays.setAll(tokens, i -> (i * 11 + 5) % VOCABULARY);
    return tokens;
  }

  /// Pages side by side, the state behind them.
  private static LeaseView side(MemoryPlan plan) {
    long pageBytes = plan.groups().getFirst().pageBytes();
    return new LeaseView() {
      @Override
      public long page(int group, int index) {
        return index * pageBytes;
      }

      @Override
      public long state(int state) {
        return Math.ceilDiv(TOKENS, PAGE) * pageBytes;
      }
    };
  }

  private Graph graph() {
    GraphBuilder graph = new GraphBuilder();
    int need = graph.need(new MemoryNeed.Kv(HEADS, HEAD, HEAD, 0));
    Value x = graph.embed(tensor("table", table));
    Value in = graph.rmsNorm(x, tensor("norm", norm), EPSILON);
    Value attention =
        graph.attention(
            need,
            graph.matMul(tensor("query", query), in),
            graph.matMul(tensor("key", key), in),
            graph.matMul(tensor("value", value), in),
            new AttentionSpec(HEADS, SCALE, 0, null, 0));
    Value mixed = graph.add(x, graph.matMul(tensor("output", output), attention));
    Value shifted = graph.add(mixed, graph.shift(x));
    graph.matMul(tensor("head", head), graph.outputRows(shifted));
    return graph.build();
  }

  private static Tensor tensor(String name, double[][] rows) {
    MemorySegment data = Arena.ofAuto().allocate(4L * rows.length * WIDTH, 64);
    for (int i = 0; i < rows.length * WIDTH; i++) {
      data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) rows[i / WIDTH][i % WIDTH]);
    }
    List<Long> dims =
        rows.length == 1 ? List.of((long) WIDTH) : List.of((long) WIDTH, (long) rows.length);
    return new Tensor(name, Encoding.F32, dims, data);
  }

  private double[][] expected() {
    double[][] x = new double[TOKENS][];
    double[][] keys = new double[TOKENS][];
    double[][] values = new double[TOKENS][];
    double[][] logits = new double[TOKENS][];
    int[] tokens = tokens();
    for (int t = 0; t < TOKENS; t++) {
      x[t] = table[tokens[t]];
      double[] in = normed(x[t]);
      keys[t] = product(key, in);
      values[t] = product(value, in);
      double[] sum = product(output, attention(product(query, in), keys, values, t));
      for (int c = 0; c < WIDTH; c++) {
        sum[c] += x[t][c] + (t == 0 ? 0 : x[t - 1][c]);
      }
      logits[t] = product(head, sum);
    }
    return logits;
  }

  private double[] normed(double[] row) {
    double squares = Arrays.stream(row).map(number -> number * number).sum();
    double[] normed = new double[WIDTH];
    for (int c = 0; c < WIDTH; c++) {
      normed[c] = row[c] * norm[0][c] / Math.sqrt(squares / WIDTH + EPSILON);
    }
    return normed;
  }

  private static double[] product(double[][] weight, double[] in) {
    double[] out = new double[weight.length];
    for (int r = 0; r < weight.length; r++) {
      for (int c = 0; c < WIDTH; c++) {
        out[r] += weight[r][c] * in[c];
      }
    }
    return out;
  }

  private static double[] attention(double[] query, double[][] keys, double[][] values, int last) {
    double[] out = new double[WIDTH];
    for (int from = 0; from < WIDTH; from += HEAD) {
      double total = 0;
      for (int t = 0; t <= last; t++) {
        double score = 0;
        for (int c = from; c < from + HEAD; c++) {
          score += query[c] * keys[t][c];
        }
        double share = Math.exp(score * SCALE);
        total += share;
        for (int c = from; c < from + HEAD; c++) {
          out[c] += share * values[t][c];
        }
      }
      for (int c = from; c < from + HEAD; c++) {
        out[c] /= total;
      }
    }
    return out;
  }
}
