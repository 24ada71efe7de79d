package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.device.StepSize;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Programs of one device share their weights: the second one of a graph, with another encoding of
/// keys and values, reads nothing of the model. That is seen by clearing the model's memory.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SharedWeightsContract {
  static final KvEncoding F32 = KvEncoding.both(Encoding.F32);
  static final KvEncoding Q8 = KvEncoding.both(Encoding.Q8_0);

  private static final StepSize STEP = new StepSize(1, 1);

  private Device device;

  abstract Device open();

  @BeforeAll
  void openDevice() {
    device = open();
  }

  @AfterAll
  void closeDevice() {
    if (device != null) { // none was opened where the test is skipped
      device.close();
    }
  }

  boolean isTakenAtPrepare(Tensor tensor) {
    return true;
  }

  Device device() {
    return device;
  }

  /// Dense, hybrid, with experts, and with a large part of the weights as vectors.
  static Stream<String> models() {
    return Stream.of("llama-q4_k", "falcon-h1", "llama-moe", "rwkv6");
  }

  @ParameterizedTest
  @MethodSource("models")
  void theSecondProgramReadsNothingAndOutlivesTheFirst(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    int[] tokens = Arrays.copyOf(golden.tokens(), 20);
    try (WritableModel model = model(golden)) {
      Graph graph = Architectures.graph(model, golden.contextTokens());
      float[][] exact = alone(graph, F32, tokens);
      float[][] rounded = alone(graph, Q8, tokens);
      Rig first = rig(graph, F32);
      long weightBytes =
          device.measure(graph, first.plan(), Numerics.QUANTIZED, STEP).weightBytes();
      model.clear(this::isTakenAtPrepare);
      try (Rig second = rig(graph, Q8)) {
        assertThat(first.weightBytes()).isEqualTo(weightBytes);
        assertThat(second.weightBytes()).isEqualTo(weightBytes);
        assertThat(first.read(tokens, 7)).isDeepEqualTo(exact);
        assertThat(second.read(tokens, 7)).isDeepEqualTo(rounded);
        first.close();
        assertThat(second.read(tokens, 7)).isDeepEqualTo(rounded);
      }
      assertThat(Arrays.deepEquals(alone(graph, Q8, tokens), rounded))
          .as("what the last program held is read anew")
          .isFalse();
      model.restore();
      assertThat(alone(graph, Q8, tokens)).isDeepEqualTo(rounded);
    }
  }

  private float[][] alone(Graph graph, KvEncoding encoding, int[] tokens) {
    try (Rig rig = rig(graph, encoding)) {
      return rig.read(tokens, 7);
    }
  }

  Rig rig(Graph graph, KvEncoding encoding) {
    return new Rig(device, graph, Numerics.QUANTIZED, encoding);
  }

  static WritableModel model(Golden golden) {
    return new WritableModel(Gguf.open(golden.folder().resolve("model.gguf")));
  }
}
