package mneme.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.GraphicsDevices;
import mneme.device.accelerator.Accelerator;
import org.junit.jupiter.api.Test;

/// On the first OpenCL device of this machine.
class ClSmallAllocationsTest extends SmallAllocationsContract {
  @Override
  Accelerator accelerator() {
    return GraphicsDevices.openClAccelerator();
  }

  @Test
  void aPoolOfMorePartsThanAKernelTakesIsRefused() {
    try (Device device = GraphicsDevices.of(accelerator(), 4096)) {
      device.openPool(64 * 4096).close();
      assertThatThrownBy(() -> device.openPool(64 * 4096 + 256))
          .isInstanceOfSatisfying(
              DeviceException.class,
              e ->
                  org.assertj.core.api.Assertions.assertThat(e.kind())
                      .isEqualTo(DeviceException.Kind.OUT_OF_MEMORY))
          .hasMessageContaining("65 parts")
          .hasMessageContaining("at most 64");
    }
  }
}
