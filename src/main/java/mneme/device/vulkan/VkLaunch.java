package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.VK_PIPELINE_BIND_POINT_COMPUTE;
import static org.lwjgl.vulkan.VK10.VK_SHADER_STAGE_COMPUTE_BIT;
import static org.lwjgl.vulkan.VK10.vkCmdBindPipeline;
import static org.lwjgl.vulkan.VK10.vkCmdDispatch;
import static org.lwjgl.vulkan.VK10.vkCmdPushConstants;

import java.nio.ByteBuffer;
import java.util.List;
import mneme.device.accelerator.Launch;
import mneme.device.accelerator.Memory;
import org.lwjgl.vulkan.VkCommandBuffer;

/// One launch of a Vulkan kernel. Its parameters lie as in the shader: addresses come first, so
/// each lies at a multiple of its size.
final class VkLaunch implements Launch {
  private final VkCommands commands;
  private final VkKernels.Built kernel;
  private final long layout;
  private final ByteBuffer parameters;

  /// @param parameters room for them, of the device's byte order
  VkLaunch(VkCommands commands, VkKernels.Built kernel, long layout, ByteBuffer parameters) {
    this.commands = commands;
    this.kernel = kernel;
    this.layout = layout;
    this.parameters = parameters.clear();
  }

  @Override
  public Launch at(Memory memory, long at) {
    parameters.putLong(((VkMemory) memory).address() + at);
    return this;
  }

  /// A shader finds the addresses of places in its tables.
  @Override
  public Launch pool(List<Memory> parts) {
    return this;
  }

  @Override
  public Launch number(int number) {
    parameters.putInt(number);
    return this;
  }

  @Override
  public Launch number(float number) {
    parameters.putFloat(number);
    return this;
  }

  @Override
  public void each(long x, long y) {
    groups((x + kernel.items() - 1) / kernel.items(), y);
  }

  /// What is more in the first dimension than the device takes goes to the third.
  @Override
  public void groups(long x, long y) {
    if (x == 0 || y == 0) {
      return;
    }
    int runs = Math.toIntExact((x + commands.mostGroups() - 1) / commands.mostGroups());
    int inRun = Math.toIntExact((x + runs - 1) / runs);
    VkCommandBuffer buffer = commands.next();
    vkCmdBindPipeline(buffer, VK_PIPELINE_BIND_POINT_COMPUTE, kernel.pipeline());
    vkCmdPushConstants(buffer, layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, parameters.flip());
    vkCmdDispatch(buffer, inRun, Math.toIntExact(y), runs);
  }
}
