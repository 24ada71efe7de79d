package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.GraphicsDevices;
import mneme.device.LeasedRig;
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
/// matrices lie in slices, and its pool has parts.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SmallAllocationsContract {
  /// Two panels of 32 rows of the goldens' most common width in f32.
  private static final long LITTLE = 20_000;

  private static final long POOL_BYTES = 60 * LITTLE;
  private static final int PAGE_TOKENS = 8;

  abstract Accelerator accelerator();

  static Stream<String> models() {
    return Stream.of("llama", "llama-q4_k", "falcon-h1", "gemma3", "llama-moe", "mamba");
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
          assertThat(memory.held("the pool")).isGreaterThan(5);
        }
        assertThat(memory.heldBytes("")).isZero();
      }
    }
  }

  /// 32 rows of 64 numbers in f32.
  @Test
  void aPanelThatIsLargerThanOneAllocationIsRefused() {
    Golden golden = Golden.read(SharedData.path("goldens/llama"));
    var memory = new WatchedAccelerator(accelerator(), 8191);
    try (Gguf file = Gguf.open(golden.folder().resolve("model.gguf"));
        Device device = GraphicsDevices.of(memory, 8191)) {
      Graph graph = Architectures.graph(file, golden.contextTokens());
      assertThatThrownBy(() -> device.prepare(graph, plan(graph), Numerics.EXACT))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("8192 bytes")
          .hasMessageContaining("at most 8191");
      assertThat(memory.heldBytes("")).isZero();
    }
  }

  /// Many rows at once, then few; then two sequences in memory that a ledger lends, of which one
  /// forked from the other.
  private static List<float[][]> rows(Device device, Graph graph, int[] tokens) {
    List<float[][]> rows = new ArrayList<>();
    try (Rig rig = rig(device, graph)) {
      rows.add(rig.read(tokens, tokens.length));
    }
    try (Rig rig = rig(device, graph)) {
      rows.add(rig.read(Arrays.copyOf(tokens, 40), 3));
    }
    try (LeasedRig rig = new LeasedRig(device, graph, plan(graph), POOL_BYTES, PAGE_TOKENS)) {
      LeasedRig.Sequence origin = rig.open("one", tokens);
      rows.add(rig.step(origin.next(Arrays.copyOf(tokens, 19))));
      LeasedRig.Sequence fork = rig.fork(origin);
      int[] rest = Arrays.copyOfRange(tokens, 19, 40);
      int[] other = Arrays.copyOfRange(tokens, 0, 21);
      rows.add(rig.step(origin.next(rest), fork.next(other)));
      rig.retire(origin);
      LeasedRig.Sequence again = rig.open("one", Arrays.copyOf(tokens, 39));
      rows.add(rig.step(again.next(Arrays.copyOfRange(tokens, again.position(), 39))));
    }
    return rows;
  }

  private static Rig rig(Device device, Graph graph) {
    return new Rig(device, graph, Numerics.QUANTIZED, plan(graph), 60);
  }

  private static MemoryPlan plan(Graph graph) {
    return MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F16), PAGE_TOKENS);
  }
}
