package mneme.device.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.graph.Cut;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import mneme.model.Architectures;
import org.junit.jupiter.api.Test;

/// A host that warms its programs up warms parts up too, with rows that nobody gave.
class WarmPartsTest {
  @Test
  void everyPartOfAModelIsMadeReady() {
    try (Gguf file = Gguf.open(SharedData.path("goldens/rwkv7/model.gguf"));
        Device device = HostDevice.warming(1)) {
      Graph graph = Architectures.graph(file, 256);
      MemoryPlan plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F32), 16);
      List<Graph> parts = Cut.parts(graph, Cut.candidates(graph).subList(0, 2));
      for (Graph part : parts) {
        try (Program program = device.prepare(part, plan, Numerics.EXACT)) {
          assertThat(program.scratchBytes()).as("a step has run").isPositive();
        }
      }
    }
  }
}
