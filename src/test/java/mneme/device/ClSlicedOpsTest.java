package mneme.device;

import mneme.device.accelerator.Accelerator;

/// On the first OpenCL device of this machine.
class ClSlicedOpsTest extends SlicedOpsContract {
  @Override
  Accelerator open() {
    return GraphicsDevices.openClAccelerator();
  }
}
