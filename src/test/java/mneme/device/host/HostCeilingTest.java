package mneme.device.host;

import mneme.device.CeilingContract;
import mneme.device.Device;

class HostCeilingTest extends CeilingContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
