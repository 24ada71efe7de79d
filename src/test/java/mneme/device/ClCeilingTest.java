package mneme.device;

/// On the first OpenCL device of this machine.
class ClCeilingTest extends CeilingContract {
  @Override
  protected Device open() {
    return GraphicsDevices.openCl();
  }
}
