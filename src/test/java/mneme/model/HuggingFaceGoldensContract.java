package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.DeviceContract;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.format.Encoding;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every Hugging Face folder of the goldens, on one device: logits and states of another program,
/// however the sequence was cut, and also from a state that comes from outside.
abstract class HuggingFaceGoldensContract extends DeviceContract {

  static Stream<String> folders() {
    return SharedData.folders("goldens-hf").stream().map(path -> path.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("folders")
  void computesWhatAnotherProgramComputed(String name) {
    try (ModelFile file = ModelFiles.open(SharedData.path("goldens-hf/" + name))) {
      Golden golden = GoldenModel.huggingFace(SharedData.path("goldens-hf/" + name), file);
      Graph graph = Architectures.graph(file, 256);
      try (Rig rig = rig(graph)) {
        float[][] rows = rig.read(golden.tokens(), golden.tokens().length);
        Gate.HUGGING_FACE.check("one pass", golden, rows);
        assertThat(rig.read(golden.tokens(), golden.promptTokens(), 1)).isDeepEqualTo(rows);
        assertThat(rig.read(golden.tokens(), 1)).isDeepEqualTo(rows);
        assertThat(rig.read(golden.tokens(), 1, 7, 16, 2, 3)).isDeepEqualTo(rows);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void statesAreThoseOfAnotherProgram(String name) {
    try (ModelFile file = ModelFiles.open(SharedData.path("goldens-hf/" + name));
        ModelFile states =
            ModelFiles.open(SharedData.path("goldens-hf/" + name + "/states.safetensors"))) {
      Golden golden = GoldenModel.huggingFace(SharedData.path("goldens-hf/" + name), file);
      Graph graph = Architectures.graph(file, 256);
      try (Rig rig = rig(graph)) {
        Rig.Sequence sequence = rig.sequence();
        int[] prompt = Arrays.copyOf(golden.tokens(), golden.promptTokens());
        int[] rest =
            Arrays.copyOfRange(golden.tokens(), golden.promptTokens(), golden.tokens().length);
        rig.step(sequence.next(prompt, 0));
        var layout = new KnownStates(graph, states);
        layout.check("prompt", sequence);
        rig.step(sequence.next(rest, 0));
        layout.check("end", sequence);
        if (KnownStates.isAll(graph)) {
          continueFromSaved(rig, layout, golden, rest);
        }
      }
    }
  }

  /// From the saved states, as if they came from disk or from another node.
  private static void continueFromSaved(Rig rig, KnownStates states, Golden golden, int[] rest) {
    Rig.Sequence resumed = rig.sequence();
    resumed.skip(golden.promptTokens());
    states.restore("prompt", resumed);
    float[][] rows = rig.step(resumed.next(rest, rest.length));
    float[][] expected =
        Arrays.copyOfRange(golden.logits(), golden.promptTokens(), golden.logits().length);
    Gate.HUGGING_FACE.check("from saved states", golden.withRows(rest, expected), rows);
  }

  private Rig rig(Graph graph) {
    return new Rig(device, graph, Numerics.EXACT, KvEncoding.both(Encoding.F32));
  }
}
