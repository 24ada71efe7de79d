package mneme.device;

import java.util.List;
import java.util.function.BiFunction;
import mneme.format.Encoding;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.memory.KvEncoding;

/// A small graph around one op, and how far two computations of it may differ.
///
/// @param tolerance share of the largest number of a row
record OpCase(String name, Graph graph, Numerics numerics, KvEncoding encoding, double tolerance) {
  /// Rows of the table that inputs are taken from.
  static final int TOKENS = 29;

  static final double F32_TOLERANCE = 2e-5;

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

  static List<Encoding> weightEncodings() {
    return List.of(
        Encoding.F32,
        Encoding.F16,
        Encoding.BF16,
        Encoding.Q8_0,
        Encoding.Q4_0,
        Encoding.Q4_1,
        Encoding.Q5_0,
        Encoding.Q5_1,
        Encoding.Q2_K,
        Encoding.Q3_K,
        Encoding.Q4_K,
        Encoding.Q5_K,
        Encoding.Q6_K,
        Encoding.IQ4_NL,
        Encoding.IQ4_XS,
        Encoding.MXFP4);
  }

  @Override
  public String toString() {
    return name;
  }
}
