package mneme.model;

import mneme.device.Device;
import mneme.device.ReferenceDevice;

class ReferenceHuggingFaceGoldensTest extends HuggingFaceGoldensContract {
  @Override
  protected Device open() {
    return new ReferenceDevice();
  }
}
