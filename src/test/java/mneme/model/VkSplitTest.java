package mneme.model;

import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.GraphicsDevices;
import mneme.device.host.HostDevice;

/// The first Vulkan device of this machine, then the host; one model of each kind.
class VkSplitTest extends SplitContract {
  @Override
  Device openFirst() {
    return GraphicsDevices.vulkan();
  }

  @Override
  Device openSecond() {
    return new HostDevice(2);
  }

  @Override
  Stream<String> names() {
    return oneOfEachKind();
  }
}
