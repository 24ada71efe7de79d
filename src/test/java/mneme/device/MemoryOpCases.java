package mneme.device;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.format.Tensor;
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
import org.jspecify.annotations.Nullable;

/// Cases of the ops that remember.
final class MemoryOpCases {
  private MemoryOpCases() {}

  static Stream<OpCase> all() {
    return Stream.of(attentions(), convolutions(), steps(), matrices(), cells())
        .flatMap(List::stream);
  }

  static List<OpCase> attentions() {
    List<OpCase> cases = new ArrayList<>();
    var full = new MemoryNeed.Kv(2, 16, 16, 0);
    Tensor sinks = new RandomTensors(4).normal(6);
    cases.add(attention("attention", full, spec(6, 0, null)));
    cases.add(
        attention("attention of one head", new MemoryNeed.Kv(1, 37, 21, 0), spec(1, 0, null)));
    cases.add(
        attention("attention of wide heads", new MemoryNeed.Kv(1, 128, 128, 0), spec(8, 0, null)));
    cases.add(attention("attention with a cap", full, spec(6, 5, null)));
    cases.add(attention("attention with sinks", full, spec(6, 0, sinks)));
    cases.add(
        attention("attention in a window", new MemoryNeed.Kv(2, 16, 16, 11), spec(4, 0, null)));
    cases.add(
        attention(
            "attention in a page-wide window",
            new MemoryNeed.Kv(2, 16, 16, 16),
            spec(6, 0, sinks)));
    var half = KvEncoding.both(Encoding.F16);
    cases.add(attention("long attention", full, spec(6, 0, null)));
    cases.add(
        attention("long attention in halves", new MemoryNeed.Kv(2, 64, 136, 0), spec(8, 0, null))
            .with(half)
            .with(2e-3));
    cases.add(
        attention(
            "long attention of many heads", new MemoryNeed.Kv(1, 16, 20, 0), spec(11, 5, null)));
    cases.add(
        attention(
            "long attention in a window", new MemoryNeed.Kv(2, 16, 16, 140), spec(6, 0, sinks)));
    for (Encoding keys : OpCases.kvEncodings()) {
      for (Encoding values : OpCases.kvEncodings()) {
        boolean isBlocks = keys == Encoding.Q8_0 || values == Encoding.Q8_0;
        cases.add(
            attention("attention", new MemoryNeed.Kv(2, 48, 40, 0), spec(6, 0, null))
                .with(new KvEncoding(keys, values))
                .with(
                    isBlocks
                        ? 1e-2
                        : keys == values && keys == Encoding.F32 ? OpCase.F32_TOLERANCE : 2e-3));
      }
    }
    cases.add(
        OpCase.of(
            "attention to latents",
            4 * 28 + 28,
            (g, in) ->
                g.attention(
                    g.need(new MemoryNeed.Kv(1, 28, 0, 0)),
                    in.next(4 * 28),
                    in.next(28),
                    null,
                    new AttentionSpec(4, 0.2f, 0, null, 20))));
    cases.add(
        OpCase.of(
            "attention to the cache of another layer",
            64 + 64 + 32 + 32,
            (g, in) -> {
              int need = g.need(full);
              Value first =
                  g.attention(need, in.next(64), in.next(32), in.next(32), spec(4, 0, null));
              return g.add(first, g.attention(need, in.next(64), null, null, spec(4, 0, null)));
            }));
    return cases;
  }

  private static AttentionSpec spec(int heads, float cap, @Nullable Tensor sinks) {
    return new AttentionSpec(heads, 0.3f, cap, sinks, 0);
  }

  private static OpCase attention(String name, MemoryNeed.Kv kv, AttentionSpec spec) {
    int query = spec.queryHeads() * kv.keyWidth();
    int key = kv.heads() * kv.keyWidth();
    int value = kv.heads() * kv.valueWidth();
    return OpCase.of(
        name,
        query + key + value,
        (g, in) -> g.attention(g.need(kv), in.next(query), in.next(key), in.next(value), spec));
  }

  private static List<OpCase> convolutions() {
    List<OpCase> cases = new ArrayList<>();
    for (int taps = 2; taps <= 4; taps++) {
      int width = 19 + taps;
      Tensor weight = new RandomTensors(taps).normal(taps, width);
      Tensor bias = new RandomTensors(9).normal(width);
      cases.add(
          OpCase.of(
              "convolution of " + taps + " taps",
              width,
              (g, in) -> g.shortConv(in.next(width), weight, bias, Activation.SILU)));
      cases.add(
          OpCase.of(
              "plain convolution of " + taps + " taps",
              width,
              (g, in) -> g.shortConv(in.next(width), weight, null, Activation.IDENTITY)));
    }
    cases.add(OpCase.of("shift", 21, (g, in) -> g.shift(in.next(21))));
    return cases;
  }

  private static List<OpCase> steps() {
    return List.of(
        selectiveScan("selective scan", 8),
        selectiveScan("selective scan of full vectors", 16),
        headScan("head scan", 6, 1, 16),
        headScan("head scan in groups", 6, 3, 16),
        headScan("head scan of a wide state", 2, 1, 48),
        headScan("head scan of a narrow state", 6, 2, 10),
        OpCase.of(
            "head scan without skip",
            20 + 2 + 16 + 16,
            (g, in) ->
                g.headScan(
                    new StepInputs(in.next(20), in.next(2), in.next(16), in.next(16)),
                    new HeadScanSpec(
                        2,
                        10,
                        16,
                        1,
                        in.random.f32(x -> -Math.exp(x), 2),
                        null,
                        in.random.normal(2)))));
  }

  private static OpCase selectiveScan(String name, int stateWidth) {
    return OpCase.of(
        name,
        37 + 37 + 2 * stateWidth,
        (g, in) ->
            g.selectiveScan(
                new StepInputs(
                    in.next(37),
                    g.activate(in.next(37), Activation.SOFTPLUS),
                    in.next(stateWidth),
                    in.next(stateWidth)),
                in.random.f32(x -> -Math.exp(x), stateWidth, 37),
                in.random.normal(37)));
  }

  private static OpCase headScan(String name, int heads, int groups, int stateWidth) {
    return OpCase.of(
        name,
        heads * 9 + heads + 2 * groups * stateWidth,
        (g, in) ->
            g.headScan(
                new StepInputs(
                    in.next(heads * 9),
                    in.next(heads),
                    in.next(groups * stateWidth),
                    in.next(groups * stateWidth)),
                new HeadScanSpec(
                    heads,
                    9,
                    stateWidth,
                    groups,
                    in.random.f32(x -> -Math.exp(x), heads),
                    in.random.normal(heads),
                    in.random.normal(heads))));
  }

  private static List<OpCase> matrices() {
    return List.of(
        linear("linear scan with a decay a channel", 24, false),
        linear("linear scan with a decay a head", 3, false),
        linear("linear scan with a bonus", 24, true),
        OpCase.of(
            "linear scan with a fixed decay",
            24 + 24 + 15,
            (g, in) ->
                g.linearScan(
                    new MatrixInputs(in.next(24), in.next(24), in.next(15)),
                    null,
                    new LinearScanSpec(
                        3, 0.5f, null, in.random.f32(x -> 1 / (1 + Math.exp(-x)), 3)))),
        delta("delta scan with a decay a channel", 24, 15),
        delta("delta scan with a decay a head", 3, 15),
        delta("delta scan of wide values", 24, 3 * 37));
  }

  private static OpCase linear(String name, int decays, boolean hasBonus) {
    return OpCase.of(
        name,
        24 + 24 + 15 + decays,
        (g, in) ->
            g.linearScan(
                new MatrixInputs(in.next(24), in.next(24), in.next(15)),
                g.activate(in.next(decays), Activation.SIGMOID),
                new LinearScanSpec(3, 0.5f, hasBonus ? in.random.normal(8, 3) : null, null)));
  }

  private static OpCase delta(String name, int decays, int values) {
    return OpCase.of(
        name,
        4 * 24 + values + decays,
        (g, in) -> {
          Value key = g.l2Norm(in.next(24), 1e-6f, 8);
          Value decay = g.activate(in.next(decays), Activation.SIGMOID);
          Value value = in.next(values);
          Value rate = g.activate(in.next(24), Activation.SIGMOID);
          return g.deltaScan(
              new MatrixInputs(in.next(24), key, value),
              new DeltaInputs(decay, g.multiply(key, decay), g.scale(g.multiply(key, rate), -1)),
              3);
        });
  }

  private static List<OpCase> cells() {
    return List.of(
        OpCase.of(
            "gated recurrence",
            3 * 33,
            (g, in) ->
                g.gatedRecurrence(
                    in.next(33), sigmoid(g, in, 33), sigmoid(g, in, 33), in.random.normal(33))),
        OpCase.of(
            "matrix LSTM",
            24 + 24 + 15 + 6,
            (g, in) ->
                g.matrixLstm(
                    new MatrixInputs(in.next(24), in.next(24), in.next(15)),
                    in.next(3),
                    in.next(3),
                    1e-6f)),
        OpCase.of(
            "scalar LSTM",
            4 * 24,
            (g, in) ->
                g.scalarLstm(
                    in.next(96),
                    in.random.f32(x -> x / 3, 8, 8, 4, 3),
                    in.random.normal(24, 4),
                    3)),
        OpCase.of(
            "channel WKV",
            2 * 33,
            (g, in) ->
                g.channelWkv(
                    in.next(33),
                    in.next(33),
                    in.random.f32(x -> -Math.exp(x), 33),
                    in.random.normal(33))));
  }

  private static Value sigmoid(GraphBuilder g, OpCase.Inputs in, int width) {
    return g.activate(in.next(width), Activation.SIGMOID);
  }
}
