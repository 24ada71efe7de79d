package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import mneme.device.accelerator.WatchedAccelerator;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.GraphBuilder;
import mneme.graph.Op;
import mneme.graph.RouteSpec;
import mneme.graph.Value;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every op that reads a matrix, in every encoding: with each matrix in slices, the bits are those
/// of one piece. Slices of two panels end inside matrices of three.
abstract class SlicedOpsContract extends AcceleratorContract {
  /// Of a matrix: seven panels of 32 rows, the last not full.
  private static final int HEIGHT = 200;

  static Stream<OpCase> cases() {
    return OpCase.weightEncodings().stream().flatMap(SlicedOpsContract::cases);
  }

  private static Stream<OpCase> cases(Encoding encoding) {
    int columns = encoding.isQuantized() ? 2 * 256 : 75;
    int run = encoding.isQuantized() ? 256 : 35;
    return Stream.of(
        of("embed " + encoding, (g, random) -> g.embed(random.of(encoding, columns, HEIGHT))),
        of(
            "product " + encoding,
            (g, random) ->
                g.matMul(
                    random.of(encoding, columns, HEIGHT), g.given(columns), random.normal(HEIGHT))),
        of(
            "block product " + encoding,
            (g, random) -> g.blockMatMul(random.of(encoding, run, 70, 3), g.given(3 * run))),
        of("experts " + encoding, (g, random) -> experts(g, random, encoding, run)));
  }

  private static Value experts(GraphBuilder g, RandomTensors random, Encoding encoding, int width) {
    Value in = g.given(width + 6);
    var spec = new RouteSpec(6, 2, RouteSpec.Gate.SIGMOID, null, true, 1, 1, 1);
    Value route = g.route(g.columns(in, width, 6), spec);
    Value inner =
        g.expertMatMul(random.of(encoding, width, width, 6), null, g.columns(in, 0, width), route);
    Value out =
        g.expertMatMul(random.of(encoding, width, 70, 6), random.normal(70, 6), inner, route);
    return g.combine(out, route);
  }

  private static OpCase of(String name, BiFunction<GraphBuilder, RandomTensors, Value> op) {
    GraphBuilder graph = new GraphBuilder();
    graph.outputRows(op.apply(graph, new RandomTensors(name.hashCode())));
    return new OpCase(name, graph.build(), Numerics.EXACT, KvEncoding.both(Encoding.F32), 0);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void slicesMakeNoDifference(OpCase opCase) {
    float[][] whole = read(opCase, new WatchedAccelerator(accelerator()), Long.MAX_VALUE);
    long largestBytes = 2 * panelBytes(opCase) + 1;
    var sliced = new WatchedAccelerator(accelerator(), largestBytes);
    assertThat(read(opCase, sliced, largestBytes)).isDeepEqualTo(whole);
  }

  /// Of the widest matrix: 32 rows lie together.
  private static long panelBytes(OpCase opCase) {
    return 32
        * opCase.graph().ops().stream()
            .flatMap(SlicedOpsContract::matrix)
            .mapToLong(SlicedOpsContract::rowBytes)
            .max()
            .orElseThrow();
  }

  private static Stream<Tensor> matrix(Op op) {
    return switch (op) {
      case Op.Embed o -> Stream.of(o.table());
      case Op.MatMul o -> Stream.of(o.weight());
      case Op.BlockMatMul o -> Stream.of(o.weight());
      case Op.ExpertMatMul o -> Stream.of(o.weight());
      default -> Stream.empty();
    };
  }

  /// Plain numbers lie in fours.
  private static long rowBytes(Tensor tensor) {
    return tensor.encoding().bytes(Math.ceilDiv(tensor.columns(), 4) * 4L);
  }

  /// In steps of many rows and of few.
  private static float[][] read(OpCase opCase, WatchedAccelerator memory, long largestBytes) {
    Device device = GraphicsDevices.of(memory, largestBytes); // closed with the accelerator
    MemoryPlan plan = MemoryPlan.of(opCase.graph().needs(), opCase.encoding(), 8);
    int[] tokens = new Random(11).ints(60, 0, HEIGHT).toArray();
    try (Rig rig = new Rig(device, opCase.graph(), opCase.numerics(), plan, 16)) {
      assertThat(memory.held("tensor") > 3).isEqualTo(largestBytes < Long.MAX_VALUE);
      return rig.read(tokens, 45, 1, 7, 3);
    }
  }
}
