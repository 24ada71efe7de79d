package mneme.model;

import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// On the first OpenCL device of this machine.
class ClProgramSizeTest extends ProgramSizeContract {
  @Override
  protected Device open() {
    return GraphicsDevices.openCl();
  }
}
