package mneme.model;

import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// The goldens on the first OpenCL device of this machine.
class ClGoldensTest extends GoldensContract {
  @Override
  Device open() {
    return GraphicsDevices.openCl();
  }
}
