package mneme.engine;

import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// On the first OpenCL device of this machine.
class ClDeviceBytesTest extends DeviceBytesContract {
  @Override
  Device open() {
    return GraphicsDevices.openCl();
  }
}
