package mneme.model;

import mneme.device.Device;
import mneme.device.host.HostDevice;

class HostHuggingFaceGoldensTest extends HuggingFaceGoldensContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
