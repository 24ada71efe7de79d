package mneme.device;

/// On the first OpenCL device of this machine.
class ClBestTokensTest extends BestTokensContract {
  @Override
  protected Device open() {
    return GraphicsDevices.openCl();
  }
}
