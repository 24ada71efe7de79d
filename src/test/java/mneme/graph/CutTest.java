package mneme.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.RandomTensors;
import mneme.device.Rig;
import mneme.device.host.HostDevice;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.api.Test;

/// Graphs written by hand, cut at every place where that is allowed.
class CutTest {
  private static final int WIDTH = 8;
  private static final int VOCABULARY = 11;
  private static final AttentionSpec SPEC = new AttentionSpec(1, 0.3f, 0, null, 0);

  private final RandomTensors random = new RandomTensors(5);
  private final GraphBuilder graph = new GraphBuilder();

  private Value product(Value in) {
    return graph.matMul(random.normal(WIDTH, WIDTH), in);
  }

  private Value embed() {
    return graph.embed(random.normal(WIDTH, VOCABULARY));
  }

  private Value attend(Value x, int need) {
    return graph.add(x, graph.attention(need, product(x), product(x), product(x), SPEC));
  }

  private int cache() {
    return graph.need(new MemoryNeed.Kv(1, WIDTH, WIDTH, 0));
  }

  private Graph finished(Value x) {
    graph.matMul(random.normal(WIDTH, VOCABULARY), graph.outputRows(x));
    return graph.build();
  }

  @Test
  void aCutLiesBetweenTwoLayersAndBeforeTheHead() {
    Value first = attend(embed(), cache());
    Value second = attend(first, cache());
    List<Cut> cuts = Cut.candidates(finished(second));
    assertThat(cuts).extracting(Cut::live).containsExactly(List.of(first), List.of(second));
    assertThat(cuts).extracting(Cut::width).containsOnly(WIDTH);
  }

  @Test
  void layersThatShareACacheStayTogether() {
    int shared = cache();
    Value first = attend(embed(), cache());
    Value writer = attend(first, shared);
    Value between = attend(writer, cache());
    Value reader = graph.add(between, graph.attention(shared, between, null, null, SPEC));
    Graph whole = finished(reader);
    assertThat(Cut.candidates(whole))
        .extracting(Cut::live)
        .containsExactly(List.of(first), List.of(reader));
    computesTheSame(whole);
  }

  @Test
  void whatLivesThroughManyLayersGoesAcross() {
    Value carried = graph.scale(embed(), 2);
    Value first = attend(embed(), cache());
    Value second = attend(graph.multiply(first, carried), cache());
    Value last = graph.multiply(second, carried);
    Value third = attend(last, cache());
    Graph whole = finished(third);
    assertThat(Cut.candidates(whole))
        .extracting(Cut::live)
        .containsExactly(List.of(carried, first), List.of(last), List.of(third));
    computesTheSame(whole);
  }

  /// Behind the cut a value goes on that the op before it did not define.
  @Test
  void aValueOfAnEarlierOpGoesAcross() {
    Value x = attend(embed(), cache());
    graph.shift(x);
    Graph whole = finished(attend(x, cache()));
    Cut behindShift =
        IntStream.range(1, whole.ops().size())
            .filter(op -> whole.ops().get(op - 1) instanceof Op.Shift)
            .mapToObj(op -> new Cut(op, List.of(x)))
            .findFirst()
            .orElseThrow();
    Graph first = Cut.parts(whole, List.of(behindShift)).getFirst();
    assertThat(first.ops().getLast()).isInstanceOf(Op.Columns.class);
    assertThat(first.logits().width()).isEqualTo(WIDTH);
    computesTheSame(whole);
  }

  @Test
  void laterPartsReadTheTokensToo() {
    Value x = attend(embed(), cache());
    Graph whole = finished(attend(graph.add(x, embed()), cache()));
    List<Graph> parts = Cut.parts(whole, Cut.candidates(whole).subList(0, 1));
    assertThat(parts.getLast().ops()).hasAtLeastOneElementOfType(Op.Embed.class);
    computesTheSame(whole);
  }

  @Test
  void cutsOutOfOrderOrOfAnotherGraphAreRefused() {
    Value x = attend(attend(embed(), cache()), cache());
    Graph whole = finished(x);
    List<Cut> cuts = Cut.candidates(whole);
    assertThatThrownBy(() -> Cut.parts(whole, cuts.reversed()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Cut.parts(whole, List.of(cuts.getFirst(), cuts.getFirst())))
        .isInstanceOf(IllegalArgumentException.class);
    Cut other = new Cut(cuts.getFirst().op(), List.of(x));
    assertThatThrownBy(() -> Cut.parts(whole, List.of(other)))
        .isInstanceOf(IllegalArgumentException.class);
    for (int op : new int[] {0, whole.ops().size() - 1, whole.ops().size()}) {
      assertThatThrownBy(() -> Cut.parts(whole, List.of(new Cut(op, List.of(x)))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aCutThroughASharedCacheIsRefused() {
    int shared = cache();
    Value writer = attend(embed(), shared);
    Graph whole = finished(graph.add(writer, graph.attention(shared, writer, null, null, SPEC)));
    int behindWriter = whole.ops().stream().map(Op::out).toList().indexOf(writer) + 1;
    assertThatThrownBy(() -> Cut.parts(whole, List.of(new Cut(behindWriter, List.of(writer)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("before op " + behindWriter);
  }

  /// Wherever the graph may be cut at all, in two: the bits of the whole.
  private static void computesTheSame(Graph whole) {
    int[] tokens = new Random(3).ints(21, 0, VOCABULARY).toArray();
    try (Device device = new HostDevice(1)) {
      float[][] expected = read(device, List.of(whole), tokens);
      List<Cut> cuts = allowed(whole);
      assertThat(cuts).hasSizeGreaterThan(Cut.candidates(whole).size());
      for (Cut cut : cuts) {
        assertThat(read(device, Cut.parts(whole, List.of(cut)), tokens))
            .as("cut before op %d", cut.op())
            .isDeepEqualTo(expected);
      }
    }
  }

  private static List<Cut> allowed(Graph whole) {
    Cuts possible = new Cuts(whole);
    List<Cut> allowed = new ArrayList<>();
    for (int place = 0; place <= whole.ops().size(); place++) {
      try {
        allowed.add(possible.at(place));
      } catch (IllegalArgumentException _) {
        assertThat(Cut.candidates(whole)).extracting(Cut::op).doesNotContain(place);
      }
    }
    return allowed;
  }

  private static float[][] read(Device device, List<Graph> parts, int[] tokens) {
    MemoryPlan plan = MemoryPlan.of(parts.getFirst().needs(), KvEncoding.both(Encoding.F32), 4);
    List<Rig.Part> placed = parts.stream().map(part -> new Rig.Part(device, part)).toList();
    try (Rig rig = new Rig(placed, Numerics.EXACT, plan, 64)) {
      return rig.read(tokens, 6, 1);
    }
  }
}
