package mneme.model;

import mneme.device.Device;
import mneme.device.host.HostDevice;

class HostHuggingFaceGoldensTest extends HuggingFaceGoldensContract {
  @Override
  Device open() {
    return new HostDevice(2);
  }
}
