package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every device must do with every op: compute what the [ReferenceDevice] computes, and give
/// the same bits whatever else is in the step, however a sequence was cut into spans and wherever
/// its pages lie.
public abstract class OpContract extends DeviceContract {
  private static final int PAGE_TOKENS = 16;

  private static final int[] LENGTHS = {45, 1, 20, 33};

  static Stream<OpCase> cases() {
    return Stream.of(OpCases.all(), MemoryOpCases.all(), EdgeCases.all(), EdgeMemoryCases.all())
        .flatMap(stream -> stream);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computesWhatTheReferenceComputes(OpCase opCase) {
    try (Device reference = new ReferenceDevice();
        Rig expected = rig(reference, opCase);
        Rig actual = rig(device, opCase)) {
      int[][] tokens = tokens();
      float[][][] ragged = ragged(actual, tokens);
      for (int s = 0; s < tokens.length; s++) {
        Rows.assertClose(opCase, ragged[s], expected.read(tokens[s], tokens[s].length));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bitsDoNotDependOnBatchNorOnSpans(OpCase opCase) {
    try (Rig rig = rig(device, opCase)) {
      int[][] tokens = tokens();
      float[][][] ragged = ragged(rig, tokens);
      for (int s = 0; s < tokens.length; s++) {
        Rows.assertSameBits(ragged[s], rig.read(tokens[s], tokens[s].length));
        Rows.assertSameBits(ragged[s], rig.read(tokens[s], 1));
        Rows.assertSameBits(ragged[s], rig.read(tokens[s], 1, 7, 16, 2));
      }
    }
  }

  static Stream<OpCase> longCases() {
    return MemoryOpCases.attentions().stream().filter(OpCase::isForLongContexts);
  }

  /// Longer than what a work-group of a graphics device goes through at once; there, tokens read
  /// one by one go through other kernels than a prompt.
  @ParameterizedTest
  @MethodSource("longCases")
  void longContextsKeepTheirBits(OpCase opCase) {
    int[] tokens = new Random(12).ints(290, 0, OpCase.TOKENS).toArray();
    try (Device reference = new ReferenceDevice();
        Rig expected = longRig(reference, opCase);
        Rig rig = longRig(device, opCase)) {
      float[][] rows = rig.read(tokens, tokens.length);
      Rows.assertClose(opCase, rows, expected.read(tokens, tokens.length));
      Rows.assertSameBits(rows, rig.read(tokens, 120, 1));
      Rows.assertSameBits(rows, rig.read(tokens, 131, 7, 1, 60, 2));
      Rig.Sequence one = rig.sequence();
      Rig.Sequence other = rig.sequence();
      rig.step(one.next(Arrays.copyOf(tokens, 280), 0), other.next(Arrays.copyOf(tokens, 127), 0));
      for (int i = 0; i < 4; i++) {
        float[][] both =
            rig.step(
                one.next(new int[] {tokens[280 + i]}, 1),
                other.next(new int[] {tokens[127 + i]}, 1));
        Rows.assertSameBits(both, new float[][] {rows[280 + i], rows[127 + i]});
      }
    }
  }

  private static Rig longRig(Device device, OpCase opCase) {
    MemoryPlan plan = MemoryPlan.of(opCase.graph().needs(), opCase.encoding(), PAGE_TOKENS);
    return new Rig(device, opCase.graph(), opCase.numerics(), plan, 256);
  }

  @Test
  void givesTheWantedRowsOnly() {
    OpCase opCase = OpCase.of("outputs", 8, (g, in) -> g.rmsNorm(in.next(8), null, 1e-6f));
    try (Rig rig = rig(device, opCase)) {
      int[][] tokens = tokens();
      float[][] all = rig.read(tokens[0], tokens[0].length);
      float[][] some =
          rig.step(
              rig.sequence().next(tokens[1], 0),
              rig.sequence().next(tokens[0], 3),
              rig.sequence().next(tokens[2], 1));
      assertThat(some.length).isEqualTo(4);
      Rows.assertSameBits(
          Arrays.copyOf(some, 3), Arrays.copyOfRange(all, all.length - 3, all.length));
      assertThat(rig.step(rig.sequence().next(tokens[0], 0)).length).isZero();
    }
  }

  @Test
  void aPartWithoutItsRowsOrWithTooFewOutputsIsRefused() {
    GraphBuilder builder = new GraphBuilder();
    builder.rmsNorm(builder.given(8), null, 1e-6f);
    Graph part = builder.build();
    MemoryPlan plan = MemoryPlan.of(part.needs(), KvEncoding.both(Encoding.F32), PAGE_TOKENS);
    Tokens tokens = Tokens.of(1, 2, 3);
    List<Span> spans = List.of(new Span(tokens, 0, NOWHERE, 3));
    Logits rows = new Logits(8);
    try (Program program = device.prepare(part, plan, Numerics.EXACT);
        DevicePool pool = device.openPool(256)) {
      for (Batch refused :
          List.of(
              new Batch(spans),
              new Batch(spans, new float[23]),
              new Batch(List.of(new Span(tokens, 0, NOWHERE, 1)), new float[24]))) {
        assertThatThrownBy(() -> program.run(refused, pool, rows))
            .isInstanceOf(IllegalArgumentException.class);
      }
      float[] given = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 2, 9};
      program.run(new Batch(spans, given), pool, rows);
      assertThat(rows.rows()).isEqualTo(3);
      assertThat(rows.row(1)[7]).isCloseTo((float) Math.sqrt(8), within(1e-4f));
      assertThat(rows.row(2)[0]).isCloseTo(2, within(1e-4f));
    }
  }

  /// Who asks for the best tokens only is given whole rows where they are no logits.
  @Test
  void rowsThatGoToAnotherPartAreWhole() {
    GraphBuilder builder = new GraphBuilder();
    builder.rmsNorm(builder.given(300), null, 1e-6f);
    Graph part = builder.build();
    MemoryPlan plan = MemoryPlan.of(part.needs(), KvEncoding.both(Encoding.F32), PAGE_TOKENS);
    Logits rows = new Logits(300);
    rows.want(2);
    try (Program program = device.prepare(part, plan, Numerics.EXACT);
        DevicePool pool = device.openPool(256)) {
      List<Span> spans = List.of(new Span(Tokens.of(1), 0, NOWHERE, 1));
      program.run(new Batch(spans, new float[300]), pool, rows);
      assertThat(rows.isWhole()).isTrue();
    }
  }

  private static final LeaseView NOWHERE =
      new LeaseView() {
        @Override
        public long page(int group, int index) {
          throw new AssertionError("no op remembers");
        }

        @Override
        public long state(int state) {
          throw new AssertionError("no op remembers");
        }
      };

  private static Rig rig(Device device, OpCase opCase) {
    return opCase.rig(device, 128);
  }

  private static int[][] tokens() {
    Random random = new Random(11);
    return Arrays.stream(LENGTHS)
        .mapToObj(length -> random.ints(length, 0, OpCase.TOKENS).toArray())
        .toArray(int[][]::new);
  }

  /// All sequences side by side, in steps that mix long spans with single tokens.
  private static float[][][] ragged(Rig rig, int[][] tokens) {
    Rig.Sequence[] sequences =
        Stream.generate(rig::sequence).limit(tokens.length).toArray(Rig.Sequence[]::new);
    float[][][] rows = new float[tokens.length][][];
    Arrays.setAll(rows, s -> new float[tokens[s].length][]);
    int[] pieces = {13, 1, 1, 9, 1, 30, 2};
    for (int step = 0; ; step++) {
      List<Span> spans = new ArrayList<>();
      List<float[][]> targets = new ArrayList<>();
      List<Integer> starts = new ArrayList<>();
      for (int s = 0; s < tokens.length; s++) {
        int from = sequences[s].position();
        int length = Math.min(pieces[(step + s) % pieces.length], tokens[s].length - from);
        if (length > 0) {
          spans.add(sequences[s].next(Arrays.copyOfRange(tokens[s], from, from + length), length));
          targets.add(rows[s]);
          starts.add(from);
        }
      }
      if (spans.isEmpty()) {
        return rows;
      }
      float[][] out = rig.step(spans.toArray(Span[]::new));
      for (int i = 0, at = 0; i < spans.size(); i++) {
        int length = spans.get(i).tokens().length();
        System.arraycopy(out, at, targets.get(i), starts.get(i), length);
        at += length;
      }
    }
  }
}
