package mneme.device;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.graph.Activation;
import mneme.graph.GraphBuilder;
import mneme.graph.RopeSpec;
import mneme.graph.RouteSpec;
import mneme.graph.Value;

/// Cases of the ops that remember nothing at the edges of shapes: one column, one row, widths
/// beside those at which kernels cut, many heads and experts, numbers far from 0.
final class EdgeCases {
  private static final int[] WIDTHS = {1, 2, 3, 31, 33, 65, 257};

  private EdgeCases() {}

  static Stream<OpCase> all() {
    return Stream.of(rows(), products(), large(), heads(), experts()).flatMap(List::stream);
  }

  private static List<OpCase> rows() {
    List<OpCase> cases = new ArrayList<>();
    for (int width : WIDTHS) {
      cases.add(OpCase.of("norms of width " + width, width, (g, in) -> norms(g, in, width)));
      cases.add(
          OpCase.of("pairs of width " + width, 2 * width + 1, (g, in) -> pairs(g, in, width)));
      cases.add(OpCase.of("singles of width " + width, width, (g, in) -> singles(g, in, width)));
      cases.add(
          OpCase.of(
              "given rows of width " + width, 1, (g, in) -> join(g, g.given(width), in.next(1))));
    }
    return cases;
  }

  /// Values side by side, so that one case looks at all of them.
  static Value join(GraphBuilder g, Value first, Value... more) {
    Value all = first;
    for (Value next : more) {
      all = g.concat(all, next, 1);
    }
    return all;
  }

  private static Value norms(GraphBuilder g, OpCase.Inputs in, int width) {
    Value x = in.next(width);
    return join(
        g,
        g.rmsNorm(x, in.random.of(Encoding.F16, width), 1e-5f),
        g.layerNorm(x, in.random.normal(width), in.random.of(Encoding.BF16, width), 1e-5f, width),
        g.l2Norm(x, 1e-6f, width),
        g.l2Norm(x, 1e-6f, 1),
        g.rmsNorm(x, in.random.normal(1), 1e-5f, 1));
  }

  private static Value pairs(GraphBuilder g, OpCase.Inputs in, int width) {
    Value x = in.next(width);
    Value y = in.next(width);
    Value one = in.next(1);
    return join(
        g,
        g.add(x, y),
        g.multiply(x, y),
        g.add(x, one),
        g.multiply(x, one),
        g.gated(Activation.SILU, x, y),
        g.clampedGated(x, y, 1.702f, 7),
        g.concat(x, y, width));
  }

  private static Value singles(GraphBuilder g, OpCase.Inputs in, int width) {
    Value x = in.next(width);
    return join(
        g,
        g.scale(x, -0.3f),
        g.addWeight(x, in.random.of(Encoding.F16, width)),
        g.multiplyWeight(x, in.random.of(Encoding.BF16, width)),
        g.activate(x, Activation.SILU),
        g.softcap(x, 2),
        g.sumRuns(x, width),
        g.sumRuns(x, 1),
        g.columns(x, width - 1, 1),
        g.columns(x, 0, 1, 1, width));
  }

  /// One block, one output; more blocks than a kernel has lanes; outputs beside a tile's.
  private static List<OpCase> products() {
    List<OpCase> cases = new ArrayList<>();
    for (Encoding encoding : OpCase.weightEncodings()) {
      int block = encoding.blockElements();
      int few = encoding.isQuantized() ? block : 1;
      int some = encoding.isQuantized() ? 3 * block : 31;
      int many = encoding.isQuantized() ? Math.ceilDiv(1056, block) * block : 1041;
      OpCase exact =
          OpCase.of(
              "products at the edges, " + encoding,
              few + some + many,
              (g, in) -> {
                Value least = in.next(few);
                Value middle = in.next(some);
                return join(
                    g,
                    product(g, in, encoding, least, 1),
                    product(g, in, encoding, least, 33),
                    product(g, in, encoding, middle, 31),
                    product(g, in, encoding, middle, 65),
                    product(g, in, encoding, in.next(many), 3),
                    g.embed(in.random.of(encoding, few, OpCase.TOKENS)));
              });
      cases.add(exact);
      cases.add(exact.with(Numerics.QUANTIZED).with(OpCase.roundedTolerance(encoding)));
    }
    return cases;
  }

  /// Outputs of about 1 whatever the width, so that no shape hides behind another's larger numbers.
  private static Value product(
      GraphBuilder g, OpCase.Inputs in, Encoding encoding, Value x, int outputs) {
    Value out = g.matMul(in.random.of(encoding, x.width(), outputs), x);
    return g.scale(out, (float) (0.999 / Math.sqrt(x.width())));
  }

  /// Arguments where a curve is flat, or would be infinite in between.
  private static List<OpCase> large() {
    List<OpCase> cases = new ArrayList<>();
    for (Activation kind : Activation.values()) {
      float factor = kind == Activation.EXP ? 20 : 100;
      cases.add(
          OpCase.of(
              "gated " + kind + " of large numbers",
              74,
              (g, in) -> g.gated(kind, g.scale(in.next(37), factor), in.next(37))));
    }
    cases.add(OpCase.of("softcap of large numbers", 37, EdgeCases::softcapOfLarge));
    return cases;
  }

  private static Value softcapOfLarge(GraphBuilder g, OpCase.Inputs in) {
    return g.softcap(g.scale(in.next(37), 1e4f), 30);
  }

  private static List<OpCase> heads() {
    return Stream.of(
            new RopeSpec(2, 0, 2, true, 10_000, 1, null, null, 1),
            new RopeSpec(6, 2, 2, false, 10_000, 1, null, null, 1),
            new RopeSpec(130, 1, 128, true, 5e5f, 1, null, null, 1),
            new RopeSpec(7, 0, 0, false, 10_000, 1, null, null, 1))
        .map(spec ->
            OpCase.of(
                "rope of 33 heads " + spec,
                33 * spec.headWidth(),
                (g, in) -> g.rope(in.next(33 * spec.headWidth()), spec)))
        .toList();
  }

  private static List<OpCase> experts() {
    List<OpCase> cases = new ArrayList<>();
    for (RouteSpec.Gate gate : RouteSpec.Gate.values()) {
      cases.add(routes("one expert", new RouteSpec(1, 1, gate, null, true, 1, 1, 1)));
      cases.add(routes("every expert", new RouteSpec(5, 5, gate, null, false, 1, 1, 1)));
      cases.add(routes("8 of 130 experts", new RouteSpec(130, 8, gate, null, true, 1, 1, 1)));
      cases.add(routes("8 groups of 20", new RouteSpec(160, 6, gate, null, false, 2, 8, 3)));
      cases.add(routes("groups of one", new RouteSpec(6, 2, gate, null, true, 1, 6, 4)));
    }
    return cases;
  }

  /// Half of the logits are equal; a small matrix for each expert, of one column at last.
  private static OpCase routes(String name, RouteSpec spec) {
    return OpCase.of(
        "%s, %s".formatted(name, spec.gate()),
        spec.experts() + 33,
        (g, in) -> {
          Value logits = g.activate(in.next(spec.experts()), Activation.RELU);
          Value route = g.route(logits, spec);
          var wide = in.random.normal(33, 1, spec.experts());
          var narrow = in.random.normal(1, 3, spec.experts());
          Value runs = g.expertMatMul(wide, null, in.next(33), route);
          Value out = g.expertMatMul(narrow, in.random.normal(3, spec.experts()), runs, route);
          return join(g, route, g.combine(out, route));
        });
  }
}
