package mneme.model;

import mneme.device.GraphicsDevices;
import mneme.device.accelerator.Accelerator;

/// On the first OpenCL device of this machine.
class ClSmallAllocationsTest extends SmallAllocationsContract {
  @Override
  Accelerator accelerator() {
    return GraphicsDevices.openClAccelerator();
  }
}
