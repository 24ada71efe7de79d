package mneme.device.probe;

import java.util.ArrayList;
import java.util.List;
import mneme.format.Encoding;
import mneme.graph.Activation;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.DeltaInputs;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.GraphBuilder.StepInputs;
import mneme.graph.HeadScanSpec;
import mneme.graph.LinearScanSpec;
import mneme.graph.RopeSpec;
import mneme.graph.RouteSpec;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;

/// A graph of every op, and of every encoding that weights can have. Its logits are what they all
/// give, side by side.
final class TourGraph {
  static final int VOCABULARY = 24;

  /// A multiple of every block.
  private static final int WIDTH = 256;

  private static final List<Encoding> ENCODINGS =
      List.of(
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

  /// Columns of the logits.
  ///
  /// @param op that gives them
  record Stop(String op, int from, int to) {}

  private final GraphBuilder graph = new GraphBuilder();
  private final Numbers numbers = new Numbers();
  private final List<Stop> stops = new ArrayList<>();
  private final Value row;
  private Value all;
  private int taken;

  TourGraph() {
    row = graph.embed(numbers.f32(WIDTH, VOCABULARY));
    all = graph.columns(row, 0, 1);
    matrices();
    rows();
    attentions();
    scans();
    matrixStates();
  }

  Graph build() {
    graph.outputRows(all);
    return graph.build();
  }

  List<Stop> stops() {
    return List.copyOf(stops);
  }

  private void visit(String op, Value out) {
    stops.add(new Stop(op, all.width(), all.width() + out.width()));
    all = graph.concat(all, out, 1);
  }

  /// Columns of the row that were not used lately.
  private Value in(int width) {
    taken = taken + width > WIDTH ? 0 : taken;
    taken += width;
    return graph.columns(row, taken - width, width);
  }

  private Value in(int width, Activation kind) {
    return graph.activate(in(width), kind);
  }

  private void matrices() {
    Value route = route(RouteSpec.Gate.SIGMOID);
    for (Encoding encoding : ENCODINGS) {
      visit("embed " + encoding, graph.embed(numbers.of(encoding, WIDTH, VOCABULARY)));
      visit("product " + encoding, graph.matMul(numbers.of(encoding, WIDTH, 37), row));
      Value experts = graph.expertMatMul(numbers.of(encoding, WIDTH, 9, 6), null, row, route);
      visit("experts " + encoding, graph.combine(experts, route));
    }
    visit("product and bias", graph.matMul(numbers.f32(WIDTH, 5), row, numbers.f32(5)));
    visit("block product", graph.blockMatMul(numbers.f32(20, 7, 3), in(60)));
    for (RouteSpec.Gate gate : RouteSpec.Gate.values()) {
      visit("route " + gate, route(gate));
    }
  }

  private Value route(RouteSpec.Gate gate) {
    return graph.route(in(6), new RouteSpec(6, 2, gate, null, true, 1.5f, 1, 1));
  }

  private void rows() {
    visit("rms norm", graph.rmsNorm(in(96), numbers.f32(24), 1e-6f, 24));
    visit("layer norm", graph.layerNorm(in(64), numbers.f32(64), numbers.f32(64), 1e-5f, 16));
    visit("l2 norm", graph.l2Norm(in(48), 1e-6f, 16));
    visit("sum of runs", graph.sumRuns(in(60), 15));
    visit("add", graph.add(in(30), in(5)));
    visit("multiply", graph.multiply(in(30), in(30)));
    visit("scale", graph.scale(in(30), 0.37f));
    visit("add weight", graph.addWeight(in(30), numbers.f32(10)));
    visit("multiply weight", graph.multiplyWeight(in(30), numbers.f32(30)));
    visit("columns", graph.columns(in(47), 2, 9, 4, 5));
    visit("concat", graph.concat(in(40), in(20), 5));
    visit("softcap", graph.softcap(graph.scale(in(37), 40), 30));
    visit("clamped gate", graph.clampedGated(in(37), in(37), 1.702f, 7));
    for (Activation kind : Activation.values()) {
      visit("activate " + kind, in(20, kind));
      visit("gated " + kind, graph.gated(kind, in(20), in(20)));
    }
    for (boolean neighbours : new boolean[] {false, true}) {
      var rope = new RopeSpec(24, 4, 16, neighbours, 10_000, 1, null, null, 1);
      visit("rope", graph.rope(in(72), rope));
    }
  }

  private void attentions() {
    for (int window : new int[] {0, 11}) {
      int need = graph.need(new MemoryNeed.Kv(2, 32, 16, window));
      var spec = new AttentionSpec(4, 0.2f, 5, numbers.f32(4), 0);
      visit("attention in " + window, graph.attention(need, in(128), in(64), in(32), spec));
    }
    int latent = graph.need(new MemoryNeed.Kv(1, 28, 0, 0));
    var spec = new AttentionSpec(4, 0.2f, 0, null, 20);
    visit("attention to latents", graph.attention(latent, in(112), in(28), null, spec));
  }

  private void scans() {
    visit("convolution", graph.shortConv(in(19), numbers.f32(4, 19), null, Activation.SILU));
    visit("shift", graph.shift(in(21)));
    visit(
        "selective scan",
        graph.selectiveScan(
            new StepInputs(in(37), in(37, Activation.SOFTPLUS), in(16), in(16)),
            numbers.f32(x -> -Math.exp(x), 16, 37),
            numbers.f32(37)));
    visit(
        "head scan",
        graph.headScan(
            new StepInputs(in(54), in(6), in(48), in(48)),
            new HeadScanSpec(
                6, 9, 16, 3, numbers.f32(x -> -Math.exp(x), 6), numbers.f32(6), numbers.f32(6))));
    visit(
        "gated recurrence",
        graph.gatedRecurrence(
            in(33), in(33, Activation.SIGMOID), in(33, Activation.SIGMOID), numbers.f32(33)));
    visit(
        "channel WKV",
        graph.channelWkv(in(33), in(33), numbers.f32(x -> -Math.exp(x), 33), numbers.f32(33)));
  }

  private void matrixStates() {
    visit(
        "linear scan",
        graph.linearScan(
            new MatrixInputs(in(24), in(24), in(15)),
            in(24, Activation.SIGMOID),
            new LinearScanSpec(3, 0.5f, numbers.f32(8, 3), null)));
    Value key = graph.l2Norm(in(24), 1e-6f, 8);
    Value decay = in(24, Activation.SIGMOID);
    Value rate = in(24, Activation.SIGMOID);
    visit(
        "delta scan",
        graph.deltaScan(
            new MatrixInputs(in(24), key, in(15)),
            new DeltaInputs(
                decay, graph.multiply(key, decay), graph.scale(graph.multiply(key, rate), -1)),
            3));
    visit(
        "matrix LSTM",
        graph.matrixLstm(new MatrixInputs(in(24), in(24), in(15)), in(3), in(3), 1e-6f));
    visit(
        "scalar LSTM",
        graph.scalarLstm(in(96), numbers.f32(x -> x / 3, 8, 8, 4, 3), numbers.f32(24, 4), 3));
  }
}
