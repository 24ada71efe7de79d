package mneme.device;

/// On the first Vulkan device of this machine.
class VkCeilingTest extends CeilingContract {
  @Override
  protected Device open() {
    return GraphicsDevices.vulkan();
  }
}
