package mneme.device.host;

import mneme.device.BatchContract;
import mneme.device.Device;

class HostBatchTest extends BatchContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
