package mneme.model;

import mneme.device.Device;
import mneme.device.host.HostDevice;

class HostProgramSizeTest extends ProgramSizeContract {
  @Override
  protected Device open() {
    return new HostDevice(2);
  }
}
