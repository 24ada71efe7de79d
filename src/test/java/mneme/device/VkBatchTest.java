package mneme.device;

/// On the first Vulkan device of this machine.
class VkBatchTest extends BatchContract {
  @Override
  protected Device open() {
    return GraphicsDevices.vulkan();
  }
}
