package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.DeviceContract;
import mneme.device.LeasedRig;
import mneme.format.Encoding;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every architecture, on one device, in memory that a ledger lends: however a sequence is batched,
/// cut, resumed, forked and replayed, its logits are bit for bit those of the run alone.
abstract class SameBitsContract extends DeviceContract {
  private static final int LENGTH = 40;
  private static final int PAGE = 16;
  private static final int GRID = 8;

  /// How sequences are cut, each list repeated.
  private static final int[][] CUTS = {
    {LENGTH}, {1}, {13, 2, 1}, {GRID}, {1, 7, 16, 2, 3}, {31, 1, 1}, {5}
  };

  /// Folders with a model each; of the encodings of llama one is enough.
  static Stream<String> models() {
    return Stream.concat(
        SharedData.folders("goldens").stream()
            .map(folder -> folder.getFileName().toString())
            .filter(name -> !name.startsWith("llama-") || name.equals("llama-moe"))
            .map(name -> "goldens/" + name),
        SharedData.folders("goldens-hf").stream()
            .map(folder -> "goldens-hf/" + folder.getFileName()));
  }

  /// Two texts without a common beginning and what a model says of each when it reads it alone.
  private record Texts(int[][] tokens, float[][][] rows) {}

  @ParameterizedTest
  @MethodSource("models")
  void theBitsAreThoseOfTheRunAlone(String name) {
    Path folder = SharedData.path(name);
    Path model = folder.resolve("model.gguf");
    try (ModelFile file = ModelFiles.open(model.toFile().exists() ? model : folder)) {
      Graph graph = Architectures.graph(file, 256);
      MemoryPlan plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F16), PAGE);
      try (LeasedRig rig = new LeasedRig(device, graph, plan, poolBytes(plan), GRID)) {
        Texts texts = texts(rig, folder);
        for (int count : new int[] {1, 2, 4, 8, 16}) {
          inCompany(rig, texts, count);
        }
        warm(rig, texts);
        forked(rig, texts);
        replayed(rig, texts);
      }
    }
  }

  private static long poolBytes(MemoryPlan plan) {
    return 120 * plan.peakBytes(LENGTH, LENGTH);
  }

  private static Texts texts(LeasedRig rig, Path folder) {
    int[] prompt = Golden.ids(Golden.json(folder.resolve("tokens.json")).get("prompt")).toArray();
    int[] one = Arrays.copyOf(prompt, LENGTH);
    int[] two = IntStream.range(0, LENGTH).map(i -> prompt[LENGTH - 1 - i]).toArray();
    assertThat(two[0]).isNotEqualTo(one[0]);
    float[][][] rows = new float[2][][];
    for (int text = 0; text < 2; text++) {
      LeasedRig.Sequence alone = rig.open("alone", text == 0 ? one : two);
      rows[text] = rig.step(alone.next(text == 0 ? one : two));
      rig.discard(alone);
    }
    return new Texts(new int[][] {one, two}, rows);
  }

  /// A sequence on its way through one of the texts.
  private static final class Walk {
    final LeasedRig.Sequence sequence;
    final int text;
    final int end;
    final int[] cuts;
    int turn;

    Walk(LeasedRig.Sequence sequence, int text, int end, int[] cuts) {
      this.sequence = sequence;
      this.text = text;
      this.end = end;
      this.cuts = cuts;
    }

    boolean isDone() {
      return sequence.position() >= end;
    }
  }

  private static Walk walk(LeasedRig rig, String tenant, Texts texts, int number) {
    int end = LENGTH - 2 * number % 25;
    int text = number % 2;
    int[] prompt = Arrays.copyOf(texts.tokens[text], end);
    return new Walk(rig.open(tenant, prompt), text, end, CUTS[number % CUTS.length]);
  }

  /// Reads all walks side by side to their ends and compares every row.
  private static void read(LeasedRig rig, String how, Texts texts, List<Walk> walks) {
    while (walks.stream().anyMatch(walk -> !walk.isDone())) {
      List<Walk> together = walks.stream().filter(walk -> !walk.isDone()).toList();
      List<LeasedRig.Piece> pieces = new ArrayList<>();
      List<float[]> expected = new ArrayList<>();
      for (Walk walk : together) {
        int from = walk.sequence.position();
        int to = Math.min(walk.end, from + walk.cuts[walk.turn++ % walk.cuts.length]);
        pieces.add(walk.sequence.next(Arrays.copyOfRange(texts.tokens[walk.text], from, to)));
        expected.addAll(Arrays.asList(texts.rows[walk.text]).subList(from, to));
      }
      float[][] rows = rig.step(pieces.toArray(LeasedRig.Piece[]::new));
      assertThat(rows.length).isEqualTo(expected.size());
      for (int row = 0; row < rows.length; row++) {
        assertThat(Arrays.mismatch(rows[row], expected.get(row)))
            .as("%s, row %d of %d", how, row, rows.length)
            .isEqualTo(-1);
      }
    }
  }

  private static void inCompany(LeasedRig rig, Texts texts, int count) {
    List<Walk> walks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      walks.add(walk(rig, count + " together, tenant " + i, texts, i + count));
      assertThat(walks.getLast().sequence.reused()).isZero();
    }
    read(rig, count + " together", texts, walks);
    walks.forEach(walk -> rig.retire(walk.sequence));
  }

  /// What one sequence read serves many, up to different places, beside one that starts cold.
  private static void warm(LeasedRig rig, Texts texts) {
    Walk first = new Walk(rig.open("warm", texts.tokens[0]), 0, LENGTH, new int[] {GRID});
    read(rig, "the first", texts, List.of(first));
    rig.retire(first.sequence);
    List<Walk> walks = new ArrayList<>();
    walks.add(walk(rig, "cold", texts, 9));
    for (int end : new int[] {LENGTH, LENGTH - 1, 30, 17, 16, 11}) {
      LeasedRig.Sequence sequence = rig.open("warm", Arrays.copyOf(texts.tokens[0], end));
      assertThat(sequence.reused()).as("reused of %d tokens", end).isBetween(end - GRID, end - 1);
      walks.add(new Walk(sequence, 0, end, new int[] {3}));
    }
    read(rig, "warm", texts, walks);
    walks.forEach(walk -> rig.retire(walk.sequence));
  }

  /// Two go on from the middle of a page, with other tokens each; what they say after the fork is
  /// what a sequence alone says that never forked.
  private static void forked(LeasedRig rig, Texts texts) {
    int at = 19;
    int[] other = Arrays.copyOf(texts.tokens[0], LENGTH);
    System.arraycopy(texts.tokens[1], at, other, at, LENGTH - at);
    LeasedRig.Sequence unforked = rig.open("unforked", other);
    float[][] expected = rig.step(unforked.next(other));
    rig.discard(unforked);
    Texts both =
        new Texts(new int[][] {texts.tokens[0], other}, new float[][][] {texts.rows[0], expected});
    Walk origin = new Walk(rig.open("origin", other), 0, at, new int[] {at});
    read(rig, "before the fork", both, List.of(origin));
    LeasedRig.Sequence child = rig.fork(origin.sequence);
    List<Walk> walks =
        List.of(
            new Walk(child, 1, LENGTH, new int[] {5, 1}),
            new Walk(origin.sequence, 0, LENGTH, new int[] {1, 1, 9}));
    read(rig, "after the fork", both, walks);
    walks.forEach(walk -> rig.retire(walk.sequence));
  }

  /// One dies in the middle and is read again elsewhere; another steps back and goes on.
  private static void replayed(LeasedRig rig, Texts texts) {
    Walk victim = new Walk(rig.open("here", texts.tokens[1]), 1, 27, new int[] {9, 1});
    read(rig, "the victim", texts, List.of(victim));
    rig.discard(victim.sequence);
    Walk replayed =
        new Walk(rig.open("elsewhere", texts.tokens[1]), 1, LENGTH, new int[] {24, 8, 1});
    read(rig, "replayed", texts, List.of(replayed));
    rig.retire(replayed.sequence);
    LeasedRig.Sequence rewound = rig.open("elsewhere", Arrays.copyOf(texts.tokens[1], 33));
    assertThat(rewound.reused()).isPositive();
    read(rig, "rewound", texts, List.of(new Walk(rewound, 1, LENGTH, new int[] {1, 4})));
    rig.retire(rewound);
  }
}
