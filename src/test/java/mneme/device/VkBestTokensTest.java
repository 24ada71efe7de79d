package mneme.device;

/// On the first Vulkan device of this machine.
class VkBestTokensTest extends BestTokensContract {
  @Override
  protected Device open() {
    return GraphicsDevices.vulkan();
  }
}
