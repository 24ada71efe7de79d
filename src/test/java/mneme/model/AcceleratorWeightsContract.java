package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mneme.SharedData;
import mneme.device.Device;
import mneme.device.GraphicsDevices;
import mneme.device.Rig;
import mneme.device.accelerator.Accelerator;
import mneme.device.accelerator.WatchedAccelerator;
import mneme.graph.Graph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same on a device whose memory is watched: nothing is uploaded twice, and nothing stays.
abstract class AcceleratorWeightsContract extends SharedWeightsContract {
  private WatchedAccelerator memory;

  abstract Accelerator accelerator();

  @Override
  Device open() {
    memory = new WatchedAccelerator(accelerator());
    return GraphicsDevices.of(memory, Long.MAX_VALUE);
  }

  @ParameterizedTest
  @MethodSource("models")
  void theSecondProgramUploadsNothingAndTheLastFreesAll(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (WritableModel model = model(golden)) {
      Graph graph = Architectures.graph(model, golden.contextTokens());
      Rig first = rig(graph, F32);
      long writtenBytes = memory.writtenBytes();
      assertThat(memory.heldBytes("tensor")).isPositive().isEqualTo(first.weightBytes());
      try (Rig second = rig(graph, Q8)) {
        assertThat(memory.writtenBytes()).isEqualTo(writtenBytes);
        assertThat(memory.heldBytes("tensor")).isEqualTo(second.weightBytes());
        first.close();
        assertThat(memory.heldBytes("tensor")).isEqualTo(second.weightBytes());
      }
      assertThat(memory.heldBytes("")).isZero();
    }
  }

  @Test
  void aProgramThatCannotBeMadeLeavesNothing() {
    Golden golden = Golden.read(SharedData.path("goldens/falcon-h1"));
    WritableModel model = model(golden);
    Graph graph = Architectures.graph(model, golden.contextTokens());
    model.close();
    assertThatThrownBy(() -> rig(graph, F32)).isInstanceOf(IllegalStateException.class);
    assertThat(memory.heldBytes("")).isZero();
  }
}
