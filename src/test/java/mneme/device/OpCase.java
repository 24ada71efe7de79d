package mneme.device;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import mneme.format.Encoding;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;

/// A small graph around one op, and how far two computations of it may differ.
///
/// @param tolerance share of the largest number of a row
record OpCase(String name, Graph graph, Numerics numerics, KvEncoding encoding, double tolerance) {
  /// Rows of the table that inputs are taken from.
  static final int TOKENS = 29;

  static final double F32_TOLERANCE = 2e-5;
  private static final int PAGE_TOKENS = 8;

  /// The op reads columns of one wide row of random numbers, a row a token.
  static OpCase of(String name, int inputs, BiFunction<GraphBuilder, Inputs, Value> op) {
    RandomTensors random = new RandomTensors(name.hashCode());
    GraphBuilder graph = new GraphBuilder();
    Value row = graph.embed(random.normal(inputs, TOKENS));
    Value out = op.apply(graph, new Inputs(graph, row, random));
    graph.outputRows(out);
    return new OpCase(
        name, graph.build(), Numerics.EXACT, KvEncoding.both(Encoding.F32), F32_TOLERANCE);
  }

  /// The graph on `device`, in pages of few tokens.
  ///
  /// @param slots pages and states that can be held at once
  Rig rig(Device device, int slots) {
    return new Rig(
        device, graph, numerics, MemoryPlan.of(graph.needs(), encoding, PAGE_TOKENS), slots);
  }

  OpCase with(double tolerance) {
    return new OpCase(name, graph, numerics, encoding, tolerance);
  }

  OpCase with(Numerics numerics) {
    return new OpCase(name + ", " + numerics, graph, numerics, encoding, tolerance);
  }

  OpCase with(KvEncoding encoding) {
    return new OpCase(name + ", " + encoding, graph, numerics, encoding, tolerance);
  }

  /// Where an op's inputs come from.
  static final class Inputs {
    private final GraphBuilder graph;
    private final Value row;
    final RandomTensors random;
    private int used;

    Inputs(GraphBuilder graph, Value row, RandomTensors random) {
      this.graph = graph;
      this.row = row;
      this.random = random;
    }

    /// The next `width` columns.
    Value next(int width) {
      Value next = graph.columns(row, used, width);
      used += width;
      return next;
    }
  }

  /// Whether the case is one of the few that are also run over hundreds of tokens.
  boolean isForLongContexts() {
    return name.startsWith("long ");
  }

  /// Every encoding that weights can have.
  static List<Encoding> weightEncodings() {
    return Arrays.stream(Encoding.values()).filter(OpCase::isOfWeights).toList();
  }

  static boolean isOfWeights(Encoding encoding) {
    return switch (encoding) {
      case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 -> true;
      case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4 -> true;
      case I8, I16, I32, I64, F64 -> false;
    };
  }

  /// How much rounding weights in `encoding` may cost where activations are rounded with them.
  static double roundedTolerance(Encoding encoding) {
    return encoding.isQuantized() ? 3e-2 : 1e-2;
  }

  @Override
  public String toString() {
    return name;
  }
}
