package mneme.model;

import mneme.device.Device;
import mneme.device.ReferenceDevice;

class ReferenceGoldensTest extends GoldensContract {
  @Override
  protected Device open() {
    return new ReferenceDevice();
  }
}
