package mneme.device.none;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import mneme.device.Batch;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.Span;
import mneme.format.Encoding;
import mneme.graph.Cut;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import org.junit.jupiter.api.Test;

class NullDeviceTest {
  private static final int VOCABULARY = 50;

  private final Graph graph =
      NullDevice.graph(
          VOCABULARY, List.of(new MemoryNeed.Kv(1, 8, 8, 0), new MemoryNeed.State(10)));
  private final MemoryPlan plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F16), 4);
  private final NullDevice device = new NullDevice();
  private final DevicePool pool = device.openPool(1L << 40);
  private final Program program = device.prepare(graph, plan, Numerics.EXACT);
  private final Logits logits = new Logits(VOCABULARY);

  @Test
  void answerIsTheSameHoweverThePromptIsCut() {
    Tokens tokens = Tokens.of(3, 1, 4, 1, 5, 9, 2, 6, 5);
    for (int cut = 1; cut < tokens.length(); cut++) {
      LeaseView memory = lease(1L << 30);
      run(new Span(tokens.slice(0, cut), 0, memory, 0));
      run(new Span(tokens.slice(cut, tokens.length()), cut, memory, 1));
      assertThat(best(0)).isEqualTo(NullDevice.next(tokens, VOCABULARY));
    }
  }

  @Test
  void everyWantedRowHasItsAnswer() {
    Tokens tokens = Tokens.of(7, 8, 9);
    run(
        new Span(tokens, 0, lease(0), 3),
        new Span(Tokens.of(1), 0, lease(1 << 20), 0),
        new Span(Tokens.of(2), 0, lease(1 << 21), 1));
    List<Integer> expected = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      expected.add(NullDevice.next(tokens.slice(0, i), VOCABULARY));
    }
    expected.add(NullDevice.next(Tokens.of(2), VOCABULARY));
    assertThat(List.of(best(0), best(1), best(2), best(3))).isEqualTo(expected);
  }

  @Test
  void lostPageOrStateChangesTheAnswer() {
    Tokens tokens = Tokens.of(3, 1, 4, 1, 5, 9);
    LeaseView memory = lease(0);
    run(new Span(tokens.slice(0, 5), 0, memory, 0));
    pool.zero(memory.state(0), 256);
    run(new Span(tokens.slice(5, 6), 5, memory, 1));
    assertThat(logits.row(0)).isNotEqualTo(oneHot(NullDevice.next(tokens, VOCABULARY)));
  }

  /// The parts of a model with two needs of each kind, each with a pool of its own.
  private final class Split {
    private final Graph whole =
        NullDevice.graph(
            VOCABULARY,
            List.of(
                new MemoryNeed.State(10),
                new MemoryNeed.Kv(1, 8, 8, 0),
                new MemoryNeed.Kv(1, 8, 0, 6),
                new MemoryNeed.State(3)));
    final MemoryPlan plan = MemoryPlan.of(whole.needs(), KvEncoding.both(Encoding.F16), 4);
    final List<DevicePool> pools = new ArrayList<>();
    private final List<Graph> parts;
    private final List<Program> programs = new ArrayList<>();

    Split(List<Cut> cuts) {
      parts = Cut.parts(whole, cuts);
      for (Graph part : parts) {
        programs.add(device.prepare(part, plan, Numerics.EXACT));
        pools.add(device.openPool(1L << 40));
      }
    }

    /// What comes after `tokens`, read up to `cut` first, between which something may happen.
    int next(Tokens tokens, int cut, Runnable between) {
      LeaseView memory = lease(1 << 20);
      step(new Span(tokens.slice(0, cut), 0, memory, 0));
      between.run();
      float[] row = step(new Span(tokens.slice(cut, tokens.length()), cut, memory, 1)).row(0);
      return best(row);
    }

    private Logits step(Span span) {
      Span all = new Span(span.tokens(), span.start(), span.memory(), span.tokens().length());
      float[] given = {};
      for (int i = 0; i < parts.size() - 1; i++) {
        Logits rows = new Logits(parts.get(i).vocabulary());
        programs.get(i).run(new Batch(List.of(all), given), pools.get(i), rows);
        given = rows.values();
      }
      Logits last = new Logits(VOCABULARY);
      programs.getLast().run(new Batch(List.of(span), given), pools.getLast(), last);
      return last;
    }
  }

  private static List<List<Cut>> ways(Graph whole) {
    List<Cut> cuts = Cut.candidates(whole);
    assertThat(cuts).hasSize(3);
    List<List<Cut>> ways = new ArrayList<>();
    ways.add(cuts);
    cuts.forEach(cut -> ways.add(List.of(cut)));
    return ways;
  }

  @Test
  void partsDrawTheTokensOfTheWhole() {
    Tokens tokens = Tokens.of(3, 1, 4, 1, 5, 9, 2, 6, 5);
    for (List<Cut> cuts : ways(new Split(List.of()).whole)) {
      for (int cut = 1; cut < tokens.length(); cut++) {
        Split split = new Split(cuts);
        assertThat(split.next(tokens, cut, () -> {}))
            .as("%s parts, read up to %d", cuts.size() + 1, cut)
            .isEqualTo(NullDevice.next(tokens, VOCABULARY));
      }
    }
  }

  @Test
  void wrongMemoryOfAnyPartChangesTheAnswer() {
    Tokens tokens = Tokens.of(3, 1, 4, 1, 5, 9);
    for (List<Cut> cuts : ways(new Split(List.of()).whole)) {
      for (int part = 0; part <= cuts.size(); part++) {
        Split split = new Split(cuts);
        DevicePool forgetful = split.pools.get(part);
        assertThat(split.next(tokens, 5, () -> forgetful.zero(0, 1 << 22)))
            .as("part %d of %d", part, cuts.size() + 1)
            .isNotEqualTo(NullDevice.next(tokens, VOCABULARY));
      }
    }
  }

  @Test
  void poolReadsBackWhatWasWrittenAcrossChunks() {
    byte[] data = new byte[40_000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31);
    }
    pool.write(10_000, MemorySegment.ofArray(data));
    pool.copy(10_000, 900_000, data.length);
    byte[] back = new byte[data.length];
    pool.read(900_000, MemorySegment.ofArray(back));
    assertThat(back).isEqualTo(data);
    pool.zero(900_000, data.length);
    pool.read(900_000, MemorySegment.ofArray(back));
    assertThat(back).containsOnly(0);
  }

  private void run(Span... spans) {
    program.run(new Batch(List.of(spans)), pool, logits);
  }

  private int best(int row) {
    return best(logits.row(row));
  }

  private static int best(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private static float[] oneHot(int token) {
    float[] row = new float[VOCABULARY];
    row[token] = 1;
    return row;
  }

  private static LeaseView lease(long base) {
    return new LeaseView() {
      @Override
      public long page(int group, int index) {
        return base + ((long) group << 18) + index * 4096L;
      }

      @Override
      public long state(int state) {
        return base + (1 << 19) + state * 1024L;
      }
    };
  }
}
