package mneme.device;

/// On the first OpenCL device of this machine.
class ClBatchTest extends BatchContract {
  @Override
  protected Device open() {
    return GraphicsDevices.openCl();
  }
}
