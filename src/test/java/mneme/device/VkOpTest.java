package mneme.device;

/// The kernels keep the contract on the first Vulkan device of this machine.
class VkOpTest extends OpContract {
  @Override
  protected Device open() {
    return GraphicsDevices.vulkan();
  }
}
