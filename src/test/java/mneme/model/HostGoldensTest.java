package mneme.model;

import mneme.device.Device;
import mneme.device.host.HostDevice;

class HostGoldensTest extends GoldensContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
