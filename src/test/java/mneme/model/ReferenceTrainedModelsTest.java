package mneme.model;

import mneme.device.Device;
import mneme.device.ReferenceDevice;

class ReferenceTrainedModelsTest extends TrainedModelsContract {
  @Override
  protected Device open() {
    return new ReferenceDevice();
  }
}
