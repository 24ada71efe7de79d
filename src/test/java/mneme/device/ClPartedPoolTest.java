package mneme.device;

import mneme.device.accelerator.Accelerator;

/// On the first OpenCL device of this machine.
class ClPartedPoolTest extends PartedPoolContract {
  @Override
  Accelerator open() {
    return GraphicsDevices.openClAccelerator();
  }
}
