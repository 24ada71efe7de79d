package mneme.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.format.Encoding;
import mneme.graph.Cut;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every golden model cut into parts that run on two devices in turn: what another program
/// computed.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SplitContract {
  private static final int PAGE_TOKENS = 16;
  private static final int SLOTS = 256;

  /// One model of each kind of memory and of routing, for devices that are slow.
  private static final Set<String> ONE_OF_EACH_KIND =
      Set.of(
          "llama",
          "gpt-oss",
          "deepseek2",
          "gemma3",
          "falcon-h1",
          "mamba",
          "rwkv6",
          "rwkv7",
          "qwen35",
          "minimax-01",
          "llama-q4_k_m",
          "llama-mxfp4");

  private final List<Device> devices = new ArrayList<>();

  abstract Device openFirst();

  abstract Device openSecond();

  @BeforeAll
  void openDevices() {
    devices.add(openFirst());
    devices.add(openSecond());
  }

  @AfterAll
  void closeDevices() {
    devices.forEach(Device::close);
  }

  static Stream<String> oneOfEachKind() {
    return GoldenModel.names()
        .filter(name -> ONE_OF_EACH_KIND.contains(name.replaceFirst("^goldens/", "")));
  }

  Stream<String> names() {
    return GoldenModel.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void theHalvesComputeWhatAnotherProgramComputed(String name) {
    try (GoldenModel model = GoldenModel.open(name)) {
      check(model, half(model.graph()));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void threePartsComputeWhatAnotherProgramComputed(String name) {
    try (GoldenModel model = GoldenModel.open(name)) {
      check(model, thirds(model.graph()));
    }
  }

  private void check(GoldenModel model, List<Cut> cuts) {
    Golden golden = model.golden();
    try (Rig rig = rig(model.graph(), cuts)) {
      float[][] rows = rig.read(golden.tokens(), golden.promptTokens(), 1);
      model.gate().check(cuts.size() + 1 + " parts", golden, rows);
    }
  }

  /// The cut in the middle of the sensible ones.
  static List<Cut> half(Graph graph) {
    List<Cut> cuts = Cut.candidates(graph);
    return List.of(cuts.get(cuts.size() / 2));
  }

  static List<Cut> thirds(Graph graph) {
    List<Cut> cuts = Cut.candidates(graph);
    return List.of(cuts.get(cuts.size() / 3), cuts.get(2 * cuts.size() / 3));
  }

  /// @param cuts none for the whole, on the first device
  Rig rig(Graph graph, List<Cut> cuts) {
    List<Rig.Part> parts = new ArrayList<>();
    for (Graph part : Cut.parts(graph, cuts)) {
      parts.add(new Rig.Part(devices.get(parts.size() % devices.size()), part));
    }
    MemoryPlan plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F32), PAGE_TOKENS);
    return new Rig(parts, Numerics.EXACT, plan, SLOTS);
  }
}
