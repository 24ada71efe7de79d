package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.GraphicsDevices;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.device.accelerator.Accelerator;
import mneme.device.accelerator.WatchedAccelerator;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A device that allocates little at once computes the same bits as one that allocates all: its
/// matrices lie in slices.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SmallAllocationsContract {
  /// 78 rows of the goldens' most common width in f32: slices end inside matrices of a stack.
  private static final long LITTLE = 20_000;

  private static final int PAGE_TOKENS = 8;

  abstract Accelerator accelerator();

  static Stream<String> models() {
    return Stream.of("llama", "llama-q4_k", "falcon-h1", "gemma3", "llama-moe", "rwkv7");
  }

  @ParameterizedTest
  @MethodSource("models")
  void theBitsAreThoseOfOneAllocation(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (Gguf file = Gguf.open(golden.folder().resolve("model.gguf"))) {
      Graph graph = Architectures.graph(file, golden.contextTokens());
      List<float[][]> whole;
      try (Device device = GraphicsDevices.of(accelerator(), Long.MAX_VALUE)) {
        whole = rows(device, graph, golden.tokens());
      }
      var memory = new WatchedAccelerator(accelerator(), LITTLE);
      try (Device device = GraphicsDevices.of(memory, LITTLE)) {
        List<float[][]> sliced = rows(device, graph, golden.tokens());
        for (int i = 0; i < whole.size(); i++) {
          assertThat(sliced.get(i)).as("reading %d", i).isDeepEqualTo(whole.get(i));
        }
        try (Rig rig = rig(device, graph)) {
          assertThat(memory.held("tensor 'token_embd.weight'")).isGreaterThan(1);
          assertThat(memory.heldBytes("tensor")).isEqualTo(rig.weightBytes());
        }
        assertThat(memory.heldBytes("")).isZero();
      }
    }
  }

  @Test
  void aRowThatIsLargerThanOneAllocationIsRefused() {
    Golden golden = Golden.read(SharedData.path("goldens/llama"));
    var memory = new WatchedAccelerator(accelerator(), 255);
    try (Gguf file = Gguf.open(golden.folder().resolve("model.gguf"));
        Device device = GraphicsDevices.of(memory, 255)) {
      Graph graph = Architectures.graph(file, golden.contextTokens());
      assertThatThrownBy(() -> rig(device, graph))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("256 bytes")
          .hasMessageContaining("at most 255");
      assertThat(memory.heldBytes("")).isZero();
    }
  }

  /// Many rows at once, then few.
  private static List<float[][]> rows(Device device, Graph graph, int[] tokens) {
    List<float[][]> rows = new ArrayList<>();
    try (Rig rig = rig(device, graph)) {
      rows.add(rig.read(tokens, tokens.length));
      rows.add(rig.read(tokens, 3));
      rows.add(rig.read(tokens, 1));
    }
    return rows;
  }

  private static Rig rig(Device device, Graph graph) {
    KvEncoding encoding = KvEncoding.both(Encoding.F16);
    MemoryPlan plan = MemoryPlan.of(graph.needs(), encoding, PAGE_TOKENS);
    return new Rig(device, graph, Numerics.QUANTIZED, plan, 60);
  }
}
