package mneme.model;

import mneme.device.Device;
import mneme.device.host.HostDevice;

class HostTrainedModelsTest extends TrainedModelsContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
