package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.VK_ACCESS_HOST_READ_BIT;
import static org.lwjgl.vulkan.VK10.VK_ACCESS_MEMORY_READ_BIT;
import static org.lwjgl.vulkan.VK10.VK_ACCESS_MEMORY_WRITE_BIT;
import static org.lwjgl.vulkan.VK10.VK_COMMAND_BUFFER_LEVEL_PRIMARY;
import static org.lwjgl.vulkan.VK10.VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
import static org.lwjgl.vulkan.VK10.VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
import static org.lwjgl.vulkan.VK10.VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
import static org.lwjgl.vulkan.VK10.VK_PIPELINE_STAGE_HOST_BIT;
import static org.lwjgl.vulkan.VK10.VK_PIPELINE_STAGE_TRANSFER_BIT;
import static org.lwjgl.vulkan.VK10.vkAllocateCommandBuffers;
import static org.lwjgl.vulkan.VK10.vkBeginCommandBuffer;
import static org.lwjgl.vulkan.VK10.vkCmdPipelineBarrier;
import static org.lwjgl.vulkan.VK10.vkCreateCommandPool;
import static org.lwjgl.vulkan.VK10.vkCreateFence;
import static org.lwjgl.vulkan.VK10.vkDestroyCommandPool;
import static org.lwjgl.vulkan.VK10.vkDestroyFence;
import static org.lwjgl.vulkan.VK10.vkEndCommandBuffer;
import static org.lwjgl.vulkan.VK10.vkGetDeviceQueue;
import static org.lwjgl.vulkan.VK10.vkGetPhysicalDeviceProperties;
import static org.lwjgl.vulkan.VK10.vkQueueSubmit;
import static org.lwjgl.vulkan.VK10.vkResetFences;
import static org.lwjgl.vulkan.VK10.vkWaitForFences;

import java.nio.LongBuffer;
import java.util.concurrent.TimeUnit;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkCommandBuffer;
import org.lwjgl.vulkan.VkCommandBufferAllocateInfo;
import org.lwjgl.vulkan.VkCommandBufferBeginInfo;
import org.lwjgl.vulkan.VkCommandPoolCreateInfo;
import org.lwjgl.vulkan.VkDevice;
import org.lwjgl.vulkan.VkFenceCreateInfo;
import org.lwjgl.vulkan.VkMemoryBarrier;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties;
import org.lwjgl.vulkan.VkQueue;
import org.lwjgl.vulkan.VkSubmitInfo;

/// The commands of one device, recorded until somebody waits for them. Each begins when all before
/// it have ended.
final class VkCommands implements AutoCloseable {
  /// A device that takes longer for what was recorded is given up.
  private static final long PATIENCE_NS = TimeUnit.MINUTES.toNanos(5);

  private static final int HERE =
      VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;

  private final VkDevice device;
  private final VkQueue queue;
  private final long pool;
  private final long fence;
  private final VkCommandBuffer buffer;
  private final long mostGroups;
  private boolean isRecording;

  VkCommands(VkDevice device, int family) {
    this.device = device;
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer pointer = stack.mallocPointer(1);
      LongBuffer handle = stack.mallocLong(1);
      vkGetDeviceQueue(device, family, 0, pointer);
      queue = new VkQueue(pointer.get(0), device);
      var createPool =
          VkCommandPoolCreateInfo.calloc(stack)
              .sType$Default()
              .flags(VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT)
              .queueFamilyIndex(family);
      VkErrors.check(vkCreateCommandPool(device, createPool, null, handle), "opening the queue");
      pool = handle.get(0);
      var createFence = VkFenceCreateInfo.calloc(stack).sType$Default();
      VkErrors.check(vkCreateFence(device, createFence, null, handle), "opening the queue");
      fence = handle.get(0);
      var allocate =
          VkCommandBufferAllocateInfo.calloc(stack)
              .sType$Default()
              .commandPool(pool)
              .level(VK_COMMAND_BUFFER_LEVEL_PRIMARY)
              .commandBufferCount(1);
      VkErrors.check(vkAllocateCommandBuffers(device, allocate, pointer), "opening the queue");
      buffer = new VkCommandBuffer(pointer.get(0), device);
      var properties = VkPhysicalDeviceProperties.calloc(stack);
      vkGetPhysicalDeviceProperties(device.getPhysicalDevice(), properties);
      mostGroups = Integer.toUnsignedLong(properties.limits().maxComputeWorkGroupCount(0));
    }
  }

  /// Work-groups that one launch may have in its first dimension.
  long mostGroups() {
    return mostGroups;
  }

  /// Where the next command is to be recorded.
  VkCommandBuffer next() {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      if (isRecording) {
        barrier(HERE, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT, stack);
      } else {
        var begin =
            VkCommandBufferBeginInfo.calloc(stack)
                .sType$Default()
                .flags(VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
        VkErrors.check(vkBeginCommandBuffer(buffer, begin), "the step");
        isRecording = true;
      }
    }
    return buffer;
  }

  private void barrier(int stages, int accesses, MemoryStack stack) {
    var memory =
        VkMemoryBarrier.calloc(1, stack)
            .sType$Default()
            .srcAccessMask(VK_ACCESS_MEMORY_WRITE_BIT)
            .dstAccessMask(accesses);
    vkCmdPipelineBarrier(buffer, HERE, stages, 0, memory, null, null);
  }

  /// Runs what was recorded and waits for its end.
  ///
  /// @throws mneme.device.DeviceException kind LOST if the device is, or seems to be
  void finish() {
    if (!isRecording) {
      return;
    }
    isRecording = false;
    try (MemoryStack stack = MemoryStack.stackPush()) {
      barrier(VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT, stack);
      VkErrors.check(vkEndCommandBuffer(buffer), "the step");
      var submit =
          VkSubmitInfo.calloc(stack).sType$Default().pCommandBuffers(stack.pointers(buffer));
      VkErrors.check(vkResetFences(device, fence), "the step");
      VkErrors.check(vkQueueSubmit(queue, submit, fence), "the step");
      VkErrors.check(vkWaitForFences(device, fence, true, PATIENCE_NS), "waiting for the step");
    }
  }

  @Override
  public void close() {
    vkDestroyFence(device, fence, null);
    vkDestroyCommandPool(device, pool, null);
  }
}
