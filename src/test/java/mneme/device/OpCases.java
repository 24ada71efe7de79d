package mneme.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.RopeSpec;
import mneme.graph.RouteSpec;
import mneme.memory.KvEncoding;

/// Cases of the ops that remember nothing.
final class OpCases {
  private OpCases() {}

  static Stream<OpCase> all() {
    return Stream.of(norms(), products(), columns(), activations(), ropes(), experts())
        .flatMap(List::stream);
  }

  private static List<OpCase> norms() {
    return List.of(
        OpCase.of("rms norm", 70, (g, in) -> g.rmsNorm(in.next(70), in.random.normal(70), 1e-5f)),
        OpCase.of(
            "rms norm of a long row",
            700,
            (g, in) -> g.rmsNorm(in.next(700), in.random.normal(700), 1e-5f)),
        OpCase.of(
            "layer norm of long rows",
            1200,
            (g, in) ->
                g.layerNorm(
                    in.next(1200), in.random.normal(600), in.random.normal(600), 1e-5f, 600)),
        OpCase.of("rms norm without weight", 33, (g, in) -> g.rmsNorm(in.next(33), null, 1e-6f)),
        OpCase.of(
            "rms norm of heads",
            96,
            (g, in) -> g.rmsNorm(in.next(96), in.random.normal(24), 1e-6f, 24)),
        OpCase.of(
            "rms norm of groups with a weight each",
            60,
            (g, in) -> g.rmsNorm(in.next(60), in.random.normal(20, 3), 1e-6f, 20)),
        OpCase.of(
            "layer norm",
            67,
            (g, in) ->
                g.layerNorm(in.next(67), in.random.normal(67), in.random.normal(67), 1e-5f, 67)),
        OpCase.of(
            "layer norm of heads",
            64,
            (g, in) ->
                g.layerNorm(in.next(64), in.random.normal(64), in.random.normal(64), 1e-5f, 16)),
        OpCase.of(
            "layer norm without weight",
            20,
            (g, in) -> g.layerNorm(in.next(20), null, null, 1e-5f, 20)),
        OpCase.of("l2 norm of heads", 48, (g, in) -> g.l2Norm(in.next(48), 1e-6f, 16)));
  }

  private static List<OpCase> products() {
    List<OpCase> cases = new ArrayList<>();
    for (Encoding encoding : OpCase.weightEncodings()) {
      int columns = Math.max(1, encoding.blockElements()) == 1 ? 75 : 2 * 256;
      cases.add(
          OpCase.of(
              "embed " + encoding,
              3,
              (g, in) -> g.embed(in.random.of(encoding, columns, OpCase.TOKENS))));
      OpCase exact =
          OpCase.of(
              "product " + encoding,
              columns,
              (g, in) -> g.matMul(in.random.of(encoding, columns, 53), in.next(columns)));
      cases.add(exact);
      cases.add(exact.with(Numerics.QUANTIZED).with(OpCase.roundedTolerance(encoding)));
      int run = encoding.isQuantized() ? encoding.blockElements() : 23;
      cases.add(
          OpCase.of(
              "block product " + encoding,
              3 * run,
              (g, in) -> g.blockMatMul(in.random.of(encoding, run, 9, 3), in.next(3 * run))));
    }
    cases.add(
        OpCase.of(
            "product with bias",
            33,
            (g, in) -> g.matMul(in.random.normal(33, 7), in.next(33), in.random.normal(7))));
    cases.add(
        OpCase.of(
            "product with one row", 40, (g, in) -> g.matMul(in.random.normal(40), in.next(40))));
    cases.add(
        OpCase.of(
            "product Q8_0 of many rows",
            64,
            (g, in) -> g.matMul(in.random.of(Encoding.Q8_0, 64, 300), in.next(64))));
    return cases;
  }

  private static List<OpCase> columns() {
    return List.of(
        OpCase.of("given rows", 3, (g, in) -> g.given(45)),
        OpCase.of("given rows beside others", 70, (g, in) -> g.add(in.next(70), g.given(35))),
        OpCase.of("sum of runs", 60, (g, in) -> g.sumRuns(in.next(60), 15)),
        OpCase.of("add", 62, (g, in) -> g.add(in.next(31), in.next(31))),
        OpCase.of("add a number a head", 35, (g, in) -> g.add(in.next(30), in.next(5))),
        OpCase.of("multiply", 62, (g, in) -> g.multiply(in.next(31), in.next(31))),
        OpCase.of("multiply by one number", 31, (g, in) -> g.multiply(in.next(30), in.next(1))),
        OpCase.of("scale", 31, (g, in) -> g.scale(in.next(31), 0.37f)),
        OpCase.of("add weight", 30, (g, in) -> g.addWeight(in.next(30), in.random.normal(30))),
        OpCase.of(
            "add weight repeated", 30, (g, in) -> g.addWeight(in.next(30), in.random.normal(10))),
        OpCase.of(
            "multiply weight", 30, (g, in) -> g.multiplyWeight(in.next(30), in.random.normal(30))),
        OpCase.of(
            "multiply weight of one number",
            30,
            (g, in) -> g.multiplyWeight(in.next(30), in.random.normal(1))),
        OpCase.of("columns", 47, (g, in) -> g.columns(in.next(47), 3, 17)),
        OpCase.of("columns of heads", 47, (g, in) -> g.columns(in.next(47), 2, 9, 4, 5)),
        OpCase.of("concat", 47, (g, in) -> g.concat(in.next(40), in.next(7), 1)),
        OpCase.of("concat by heads", 60, (g, in) -> g.concat(in.next(40), in.next(20), 5)));
  }

  private static List<OpCase> activations() {
    List<OpCase> cases = new ArrayList<>();
    for (Activation kind : Activation.values()) {
      if (kind != Activation.IDENTITY) {
        cases.add(
            OpCase.of(
                "activate " + kind, 37, (g, in) -> g.activate(g.scale(in.next(37), 3), kind)));
      }
      cases.add(OpCase.of("gated " + kind, 74, (g, in) -> g.gated(kind, in.next(37), in.next(37))));
    }
    cases.add(OpCase.of("softcap", 37, (g, in) -> g.softcap(g.scale(in.next(37), 40), 30)));
    cases.add(
        OpCase.of(
            "clamped gate",
            74,
            (g, in) ->
                g.clampedGated(g.scale(in.next(37), 5), g.scale(in.next(37), 5), 1.702f, 7)));
    return cases;
  }

  private static List<OpCase> ropes() {
    Tensor factors = new RandomTensors(3).f32(x -> 1 + Math.abs(x), 8);
    var yarn = new RopeSpec.Yarn(32, 1, 32, 1);
    return Stream.of(
            new RopeSpec(16, 0, 16, true, 10_000, 1, null, null, 1),
            new RopeSpec(16, 0, 16, false, 10_000, 1, null, null, 1),
            new RopeSpec(20, 0, 8, false, 1e6f, 4, null, null, 1),
            new RopeSpec(20, 0, 16, false, 1e4f, 1, factors, null, 1.2f),
            new RopeSpec(24, 8, 16, true, 1e4f, 1, null, null, 1),
            new RopeSpec(16, 0, 16, false, 150_000, 8, null, yarn, 1.2f))
        .map(spec ->
            OpCase.of(
                "rope " + spec,
                3 * spec.headWidth(),
                (g, in) -> g.rope(in.next(3 * spec.headWidth()), spec)))
        .toList();
  }

  private static List<OpCase> experts() {
    List<OpCase> cases = new ArrayList<>();
    for (RouteSpec.Gate gate : RouteSpec.Gate.values()) {
      cases.add(route("route " + gate, new RouteSpec(9, 3, gate, null, false, 1, 1, 1)));
      cases.add(
          route("normalised route " + gate, new RouteSpec(9, 2, gate, null, true, 2.5f, 1, 1)));
    }
    Tensor bias = new RandomTensors(5).f32(x -> 0.2 * x, 12);
    var sigmoid = RouteSpec.Gate.SIGMOID;
    cases.add(route("biased route", new RouteSpec(12, 4, sigmoid, bias, true, 1, 1, 1)));
    cases.add(route("grouped route", new RouteSpec(12, 4, sigmoid, bias, true, 1, 4, 2)));
    cases.add(route("wide route", new RouteSpec(200, 9, sigmoid, null, true, 1, 1, 1)));
    cases.add(
        route(
            "wide route in groups",
            new RouteSpec(96, 8, RouteSpec.Gate.SOFTMAX, null, true, 1, 8, 3)));
    for (Encoding encoding : OpCase.weightEncodings()) {
      int width = encoding.isQuantized() ? encoding.blockElements() : 35;
      cases.add(
          OpCase.of(
              "experts " + encoding,
              width + 6,
              (g, in) -> {
                var route = g.route(in.next(6), new RouteSpec(6, 2, sigmoid, null, true, 1, 1, 1));
                var inner =
                    g.expertMatMul(
                        in.random.of(encoding, width, width, 6),
                        in.random.normal(width, 6),
                        in.next(width),
                        route);
                var out = g.expertMatMul(in.random.of(encoding, width, 19, 6), null, inner, route);
                return g.combine(out, route);
              }));
    }
    return cases;
  }

  private static OpCase route(String name, RouteSpec spec) {
    return OpCase.of(name, spec.experts(), (g, in) -> g.route(in.next(spec.experts()), spec));
  }

  /// Every encoding that keys and values can have.
  static List<Encoding> kvEncodings() {
    return Arrays.stream(Encoding.values()).filter(OpCases::isOfKv).toList();
  }

  private static boolean isOfKv(Encoding encoding) {
    try {
      return KvEncoding.rowBytes(encoding, 1) > 0;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
