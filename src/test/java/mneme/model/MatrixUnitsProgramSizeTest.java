package mneme.model;

import mneme.device.Device;
import mneme.device.GraphicsDevices;
import mneme.device.HalvedDevice;

/// In the matrix units of the first Vulkan device of this machine.
class MatrixUnitsProgramSizeTest extends ProgramSizeContract {
  @Override
  protected Device open() {
    return new HalvedDevice(GraphicsDevices.matrixUnits());
  }
}
