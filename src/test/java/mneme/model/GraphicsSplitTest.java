package mneme.model;

import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// The first OpenCL device of this machine, then its first Vulkan device; one model of each kind.
class GraphicsSplitTest extends SplitContract {
  @Override
  Device openFirst() {
    return GraphicsDevices.openCl();
  }

  @Override
  Device openSecond() {
    return GraphicsDevices.vulkan();
  }

  @Override
  Stream<String> names() {
    return oneOfEachKind();
  }
}
