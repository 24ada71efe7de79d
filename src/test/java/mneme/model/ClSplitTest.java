package mneme.model;

import mneme.device.Device;
import mneme.device.GraphicsDevices;
import mneme.device.host.HostDevice;

/// The first OpenCL device of this machine, then the host.
class ClSplitTest extends SplitContract {
  @Override
  Device openFirst() {
    return GraphicsDevices.openCl();
  }

  @Override
  Device openSecond() {
    return new HostDevice(2);
  }
}
