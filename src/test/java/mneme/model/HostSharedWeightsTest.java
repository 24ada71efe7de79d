package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.host.HostDevice;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.api.Test;

class HostSharedWeightsTest extends SharedWeightsContract {
  private static final Path STATUS = Path.of("/proc/self/status");

  @Override
  Device open() {
    return new HostDevice(2);
  }

  /// Of the table of tokens the host reads rows where they lie in the file.
  @Override
  boolean isTakenAtPrepare(Tensor tensor) {
    return !tensor.name().equals("token_embd.weight");
  }

  /// Programs come and go, two at a time; if they left their weights behind, that would be seen in
  /// what is mapped.
  @Test
  void theLastProgramTakesTheWeightsWithIt() throws IOException {
    assumeTrue(Files.isReadable(STATUS), "this system does not say what is mapped");
    Golden golden = Golden.read(SharedData.path("goldens/llama-q4_k"));
    try (WritableModel model = model(golden)) {
      Graph graph = Architectures.graph(model, golden.contextTokens());
      long weightBytes = pair(graph);
      int pairs = Math.toIntExact((1L << 30) / weightBytes);
      long before = mappedBytes();
      for (int i = 0; i < pairs; i++) {
        pair(graph);
      }
      assertThat(mappedBytes() - before).isLessThan(1 << 29);
    }
  }

  private long pair(Graph graph) {
    try (Program _ = program(graph, MemoryPlan.of(graph.needs(), F32, 16));
        Program second = program(graph, MemoryPlan.of(graph.needs(), Q8, 16))) {
      return second.weightBytes();
    }
  }

  private Program program(Graph graph, MemoryPlan plan) {
    return device().prepare(graph, plan, Numerics.QUANTIZED);
  }

  private static long mappedBytes() throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmSize"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
