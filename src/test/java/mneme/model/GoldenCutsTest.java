package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Cut;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.graph.Wires;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every architecture can be cut between its layers, and nowhere through what it remembers.
class GoldenCutsTest {
  static Stream<String> names() {
    return GoldenModel.names();
  }

  /// Layers that read one cache stay together, so that there are fewer places between them.
  private static boolean layersShareMemory(Graph graph) {
    List<Integer> users =
        graph.ops().stream()
            .filter(Op.Stateful.class::isInstance)
            .map(op -> ((Op.Stateful) op).need())
            .toList();
    return new HashSet<>(users).size() < users.size();
  }

  @ParameterizedTest
  @MethodSource("names")
  void thereIsACutBetweenAnyTwoLayers(String name) {
    try (GoldenModel model = GoldenModel.open(name)) {
      Graph graph = model.graph();
      List<Cut> cuts = Cut.candidates(graph);
      assertThat(cuts).isNotEmpty().isSortedAccordingTo((a, b) -> Integer.compare(a.op(), b.op()));
      if (layersShareMemory(graph)) {
        System.out.printf(
            "%s: layers share memory, %d cuts for %d layers%n", name, cuts.size(), model.layers());
      } else {
        // A layer is a mixer, a feed-forward, or one of each.
        assertThat(cuts.size()).isBetween(model.layers() - 1, 2 * model.layers() + 1);
      }
    }
  }

  /// Whatever is cut, the parts together are the whole: each op once, in order, each need on one
  /// side, and nothing read that is not there.
  @ParameterizedTest
  @MethodSource("names")
  void thePartsAreTheWhole(String name) {
    try (GoldenModel model = GoldenModel.open(name)) {
      Graph graph = model.graph();
      List<Cut> cuts = Cut.candidates(graph);
      List<Graph> parts = Cut.parts(graph, cuts);
      assertThat(parts).hasSize(cuts.size() + 1);
      Set<Integer> needed = new HashSet<>();
      List<Op> ops = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        Graph part = parts.get(i);
        assertThat(part.givenWidth()).isEqualTo(i == 0 ? 0 : cuts.get(i - 1).width());
        assertThat(part.logits().width())
            .isEqualTo(i == cuts.size() ? graph.vocabulary() : cuts.get(i).width());
        assertThat(part.endsInEveryRow()).isEqualTo(i < cuts.size());
        assertThat(part.needs()).isEqualTo(graph.needs());
        for (int need : part.neededHere()) {
          assertThat(needed.add(need)).as("need %d is of part %d only", need, i).isTrue();
        }
        checkIsClosed(part);
        part.ops().stream().filter(graph.ops()::contains).forEach(ops::add);
      }
      assertThat(needed).hasSize(graph.needs().size());
      assertThat(ops).isEqualTo(graph.ops());
    }
  }

  /// Every value is defined once, before it is read.
  private static void checkIsClosed(Graph part) {
    Set<Value> defined = new HashSet<>();
    for (Op op : part.ops()) {
      assertThat(defined).as("what %s reads", op).containsAll(Wires.inputs(op));
      assertThat(defined.add(op.out())).as("%s defines something new", op).isTrue();
      assertThat(op.out().id()).isLessThan(part.values());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void noCutLetsMuchAcross(String name) {
    try (GoldenModel model = GoldenModel.open(name)) {
      Graph graph = model.graph();
      List<Cut> cuts = Cut.candidates(graph);
      int least = cuts.stream().mapToInt(Cut::width).min().orElseThrow();
      int embedded =
          graph.ops().stream()
              .filter(Op.Embed.class::isInstance)
              .mapToInt(op -> op.out().width())
              .sum();
      assertThat(least).isLessThanOrEqualTo(embedded);
      // At most the residual stream and one more row like it (RWKV-7, Gemma 4).
      assertThat(IntStream.of(cuts.stream().mapToInt(Cut::width).toArray()))
          .allMatch(width -> width <= 2 * embedded);
    }
  }

  /// At real sizes too, where only the residual stream goes across.
  @ParameterizedTest
  @CsvSource({
    "LLAMA_1B, 32, 2048",
    "GEMMA3_1B, 52, 1152",
    "MAMBA2_130M, 24, 768",
    "FALCON_H1_500M, 72, 1024"
  })
  void realShapesAreCutAlongTheResidualStream(
      RealShapes shape, int cuts, int width, @TempDir Path folder) throws IOException {
    Path path = shape.forge().writeTo(folder.resolve("model.gguf"));
    try (ModelFile file = ModelFiles.open(path)) {
      assertThat(Cut.candidates(Architectures.graph(file, 4096)))
          .hasSize(cuts)
          .extracting(Cut::width)
          .containsOnly(width);
    }
  }
}
