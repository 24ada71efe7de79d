package mneme.model;

import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// On the first OpenCL device of this machine.
class ClGoldensTest extends GoldensContract {
  @Override
  protected Device open() {
    return GraphicsDevices.openCl();
  }
}
