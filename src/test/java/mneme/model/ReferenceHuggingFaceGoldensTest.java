package mneme.model;

import mneme.device.Device;
import mneme.device.ReferenceDevice;

class ReferenceHuggingFaceGoldensTest extends HuggingFaceGoldensContract {
  @Override
  Device open() {
    return new ReferenceDevice();
  }
}
