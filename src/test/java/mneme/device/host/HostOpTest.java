package mneme.device.host;

import mneme.device.Device;
import mneme.device.OpContract;

class HostOpTest extends OpContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
