package mneme.device;

import static mneme.device.EdgeCases.join;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.graph.Activation;
import mneme.graph.AttentionSpec;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.DeltaInputs;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.GraphBuilder.StepInputs;
import mneme.graph.HeadScanSpec;
import mneme.graph.LinearScanSpec;
import mneme.graph.Value;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;

/// Cases of the ops that remember at the edges of shapes: one channel, one head, one number of
/// state; more heads and channels than a work-group has items; rows of a cache that end inside a
/// block.
final class EdgeMemoryCases {
  private EdgeMemoryCases() {}

  static Stream<OpCase> all() {
    return Stream.of(attentions(), channels(), heads(), matrices()).flatMap(List::stream);
  }

  private static List<OpCase> attentions() {
    List<OpCase> cases = new ArrayList<>();
    for (Encoding encoding : OpCases.kvEncodings()) {
      double tolerance =
          switch (encoding) {
            case F32 -> OpCase.F32_TOLERANCE;
            case Q8_0 -> 1e-2;
            default -> 2e-3;
          };
      cases.add(
          OpCase.of("caches of odd rows", 637, EdgeMemoryCases::oddRows)
              .with(KvEncoding.both(encoding))
              .with(tolerance));
    }
    cases.add(
        OpCase.of(
            "attention of 64 heads", 64 * 5 + 8 * 8, (g, in) -> attend(g, in, kv(8, 5, 3, 0), 64)));
    cases.add(
        OpCase.of(
            "attention of 33 heads of their own",
            33 * 9,
            (g, in) -> attend(g, in, kv(33, 3, 3, 0), 33)));
    cases.add(
        OpCase.of("attention of one column", 35, (g, in) -> attend(g, in, kv(1, 1, 1, 0), 33)));
    cases.add(
        OpCase.of(
            "attention to itself alone", 12 + 10, (g, in) -> attend(g, in, kv(2, 3, 2, 1), 4)));
    cases.add(
        OpCase.of(
            "attention of the widest values",
            4 + 4 + 1024,
            (g, in) -> attend(g, in, kv(1, 4, 1024, 0), 1)));
    return cases;
  }

  private static MemoryNeed.Kv kv(int heads, int keyWidth, int valueWidth, int windowTokens) {
    return new MemoryNeed.Kv(heads, keyWidth, valueWidth, windowTokens);
  }

  private static Value oddRows(GraphBuilder g, OpCase.Inputs in) {
    MemoryNeed.Kv latent = kv(1, 35, 0, 0);
    Value latents =
        g.attention(
            g.need(latent),
            in.next(2 * 35),
            in.next(35),
            null,
            new AttentionSpec(2, 0.2f, 0, null, 33));
    return join(
        g,
        attend(g, in, kv(3, 33, 31, 0), 3),
        attend(g, in, kv(1, 65, 1, 5), 2),
        attend(g, in, kv(5, 1, 7, 0), 5),
        latents);
  }

  private static Value attend(GraphBuilder g, OpCase.Inputs in, MemoryNeed.Kv kv, int heads) {
    return g.attention(
        g.need(kv),
        in.next(heads * kv.keyWidth()),
        in.next(kv.heads() * kv.keyWidth()),
        in.next(kv.heads() * kv.valueWidth()),
        new AttentionSpec(heads, 0.3f, 0, null, 0));
  }

  /// Ops that keep each channel apart.
  private static List<OpCase> channels() {
    List<OpCase> cases = new ArrayList<>();
    for (int width : new int[] {1, 65, 130}) {
      cases.add(
          OpCase.of(
              "channels, %d of them".formatted(width),
              8 * width,
              (g, in) ->
                  join(
                      g,
                      g.shift(in.next(width)),
                      convolution(g, in, width, 2),
                      convolution(g, in, width, 16),
                      g.gatedRecurrence(
                          in.next(width),
                          g.activate(in.next(width), Activation.SIGMOID),
                          g.activate(in.next(width), Activation.SIGMOID),
                          in.random.normal(width)),
                      g.channelWkv(
                          in.next(width),
                          in.next(width),
                          in.random.f32(x -> -Math.exp(x), width),
                          in.random.normal(width)))));
    }
    return cases;
  }

  private static Value convolution(GraphBuilder g, OpCase.Inputs in, int width, int taps) {
    return g.shortConv(
        in.next(width), in.random.normal(taps, width), in.random.normal(width), Activation.SILU);
  }

  /// Ops whose state is a vector a channel, or vectors a head.
  private static List<OpCase> heads() {
    return List.of(
        OpCase.of("scans of one channel", 8, (g, in) -> scans(g, in, 1, 1)),
        OpCase.of("scans of many channels", 702, (g, in) -> scans(g, in, 40, 8)),
        OpCase.of("scalar LSTM of one channel", 4, (g, in) -> scalarLstm(g, in, 1, 1)),
        OpCase.of("scalar LSTM of many heads", 4 * 70, (g, in) -> scalarLstm(g, in, 70, 1)),
        OpCase.of("scalar LSTM of wide heads", 4 * 130, (g, in) -> scalarLstm(g, in, 2, 65)),
        OpCase.of(
            "scalar LSTM of a very wide head", 4 * 260, (g, in) -> scalarLstm(g, in, 1, 260)));
  }

  private static Value scans(GraphBuilder g, OpCase.Inputs in, int heads, int groups) {
    int channels = heads * 3 - 2;
    int state = heads == 1 ? 1 : 17;
    Value selective =
        g.selectiveScan(
            new StepInputs(
                in.next(channels),
                g.activate(in.next(channels), Activation.SOFTPLUS),
                in.next(state),
                in.next(state)),
            in.random.f32(x -> -Math.exp(x), state, channels),
            in.random.normal(channels));
    int headWidth = heads == 1 ? 1 : 3;
    Value head =
        g.headScan(
            new StepInputs(
                in.next(heads * headWidth),
                in.next(heads),
                in.next(groups * state),
                in.next(groups * state)),
            new HeadScanSpec(
                heads,
                headWidth,
                state,
                groups,
                in.random.f32(x -> -Math.exp(x), heads),
                in.random.normal(heads),
                in.random.normal(heads)));
    return join(g, selective, head);
  }

  private static Value scalarLstm(GraphBuilder g, OpCase.Inputs in, int heads, int headWidth) {
    int width = heads * headWidth;
    return g.scalarLstm(
        in.next(4 * width),
        in.random.f32(x -> x / Math.sqrt(headWidth) / 2, headWidth, headWidth, 4, heads),
        in.random.normal(width, 4),
        heads);
  }

  /// Ops whose state is a matrix a head.
  private static List<OpCase> matrices() {
    List<OpCase> cases = new ArrayList<>();
    for (Heads heads :
        List.of(
            new Heads(1, 1, 1), new Heads(70, 2, 3), new Heads(2, 65, 33), new Heads(1, 640, 2))) {
      int keys = heads.keys();
      int values = heads.count * heads.valueWidth;
      cases.add(
          OpCase.of(
              "linear scan of " + heads,
              5 * keys + 2 * values + heads.count,
              (g, in) -> linear(g, in, heads)));
      cases.add(
          OpCase.of("delta scan of " + heads, 4 * keys + values, (g, in) -> delta(g, in, heads)));
      cases.add(
          OpCase.of(
              "matrix LSTM of " + heads,
              2 * keys + values + 2 * heads.count,
              (g, in) ->
                  g.matrixLstm(heads.next(in), in.next(heads.count), in.next(heads.count), 1e-6f)));
    }
    return cases;
  }

  private record Heads(int count, int keyWidth, int valueWidth) {
    int keys() {
      return count * keyWidth;
    }

    MatrixInputs next(OpCase.Inputs in) {
      return new MatrixInputs(in.next(keys()), in.next(keys()), in.next(count * valueWidth));
    }
  }

  private static Value linear(GraphBuilder g, OpCase.Inputs in, Heads heads) {
    return join(
        g,
        g.linearScan(
            heads.next(in),
            g.activate(in.next(heads.count), Activation.SIGMOID),
            new LinearScanSpec(heads.count, 0.5f, null, null)),
        g.linearScan(
            heads.next(in),
            g.activate(in.next(heads.keys()), Activation.SIGMOID),
            new LinearScanSpec(
                heads.count, 0.5f, in.random.normal(heads.keyWidth, heads.count), null)));
  }

  private static Value delta(GraphBuilder g, OpCase.Inputs in, Heads heads) {
    Value key = g.l2Norm(in.next(heads.keys()), 1e-6f, heads.keyWidth);
    Value decay = g.activate(in.next(heads.keys()), Activation.SIGMOID);
    Value rate = g.activate(in.next(heads.keys()), Activation.SIGMOID);
    return g.deltaScan(
        new MatrixInputs(in.next(heads.keys()), key, in.next(heads.count * heads.valueWidth)),
        new DeltaInputs(decay, g.multiply(key, decay), g.scale(g.multiply(key, rate), -1)),
        heads.count);
  }
}
