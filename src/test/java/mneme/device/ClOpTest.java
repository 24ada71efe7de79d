package mneme.device;

/// The kernels keep the contract on the first OpenCL device of this machine.
class ClOpTest extends OpContract {
  @Override
  protected Device open() {
    return GraphicsDevices.openCl();
  }
}
