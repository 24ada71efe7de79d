package mneme.model;

import mneme.device.Device;
import mneme.device.host.HostDevice;

class HostSameBitsTest extends SameBitsContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
