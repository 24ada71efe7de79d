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
import static org.lwjgl.vulkan.VK10.vkFreeCommandBuffers;
import static org.lwjgl.vulkan.VK10.vkGetDeviceQueue;
import static org.lwjgl.vulkan.VK10.vkGetPhysicalDeviceProperties;
import static org.lwjgl.vulkan.VK10.vkQueueSubmit;
import static org.lwjgl.vulkan.VK10.vkResetFences;
import static org.lwjgl.vulkan.VK10.vkWaitForFences;

import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
/// it have ended, but for those in [#repeat].
final class VkCommands implements AutoCloseable {
  /// A device that takes longer for what was recorded is given up.
  private static final long PATIENCE_NS = TimeUnit.MINUTES.toNanos(5);

  /// Recordings of [#repeat]; each is as large as a step.
  private static final int MOST_KEPT = 32;

  private static final int HERE =
      VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;

  private final VkDevice device;
  private final VkQueue queue;
  private final long pool;
  private final long fence;
  private final long mostGroups;

  /// Buffers for commands that run once, all of them free after [#finish]; the first `used` are not
  /// until then.
  private final List<VkCommandBuffer> once = new ArrayList<>();

  private int used;

  /// Recorded, to run in this order.
  private final List<VkCommandBuffer> waiting = new ArrayList<>();

  private final Map<Object, VkCommandBuffer> kept = new LinkedHashMap<>(16, 0.75f, true);

  /// What is being recorded.
  private @Nullable VkCommandBuffer current;

  private boolean isRepeatable;
  private boolean mustWait;

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
      var properties = VkPhysicalDeviceProperties.calloc(stack);
      vkGetPhysicalDeviceProperties(device.getPhysicalDevice(), properties);
      mostGroups = Integer.toUnsignedLong(properties.limits().maxComputeWorkGroupCount(0));
    }
  }

  /// Work-groups that one launch may have in its first dimension.
  long mostGroups() {
    return mostGroups;
  }

  /// Where the next launch is to be recorded.
  VkCommandBuffer next() {
    VkCommandBuffer buffer = current;
    if (buffer == null) {
      if (used == once.size()) {
        once.add(allocate());
      }
      buffer = begin(once.get(used++), VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
    }
    if (!isRepeatable || mustWait) {
      barrier(buffer, HERE, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT);
      mustWait = false;
    }
    return buffer;
  }

  /// Where the next command is to be recorded that must not be repeated.
  VkCommandBuffer nextOnce() {
    if (isRepeatable) {
      throw new IllegalStateException("only launches can be repeated");
    }
    return next();
  }

  /// Adds the launches that were recorded for an equal key before, or else records `launches`. What
  /// they do must be the same then. They run side by side but for those that a [#barrier] parts.
  void repeat(Object key, Runnable launches) {
    end();
    VkCommandBuffer known = kept.get(key);
    if (known == null) {
      known = record(launches);
      kept.put(key, known);
      forgetEldest();
    }
    waiting.add(known);
  }

  private VkCommandBuffer record(Runnable launches) {
    VkCommandBuffer buffer = allocate();
    boolean isWhole = false;
    try {
      begin(buffer, 0);
      isRepeatable = true;
      mustWait = true;
      launches.run();
      VkErrors.check(vkEndCommandBuffer(buffer), "the step");
      isWhole = true;
    } finally {
      isRepeatable = false;
      current = null;
      if (!isWhole) {
        vkFreeCommandBuffers(device, pool, buffer);
      }
    }
    return buffer;
  }

  /// Inside of [#repeat]: what follows waits for what came before.
  void barrier() {
    mustWait = true;
  }

  private void forgetEldest() {
    if (kept.size() > MOST_KEPT) {
      var eldest = kept.entrySet().iterator().next();
      kept.remove(eldest.getKey());
      waiting.remove(eldest.getValue());
      vkFreeCommandBuffers(device, pool, eldest.getValue());
    }
  }

  private VkCommandBuffer allocate() {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var allocate =
          VkCommandBufferAllocateInfo.calloc(stack)
              .sType$Default()
              .commandPool(pool)
              .level(VK_COMMAND_BUFFER_LEVEL_PRIMARY)
              .commandBufferCount(1);
      PointerBuffer pointer = stack.mallocPointer(1);
      VkErrors.check(vkAllocateCommandBuffers(device, allocate, pointer), "the step");
      return new VkCommandBuffer(pointer.get(0), device);
    }
  }

  private VkCommandBuffer begin(VkCommandBuffer buffer, int flags) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var begin = VkCommandBufferBeginInfo.calloc(stack).sType$Default().flags(flags);
      VkErrors.check(vkBeginCommandBuffer(buffer, begin), "the step");
    }
    current = buffer;
    return buffer;
  }

  private void end() {
    VkCommandBuffer buffer = current;
    if (buffer != null) {
      current = null;
      VkErrors.check(vkEndCommandBuffer(buffer), "the step");
      waiting.add(buffer);
    }
  }

  private static void barrier(VkCommandBuffer buffer, int stages, int accesses) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var memory =
          VkMemoryBarrier.calloc(1, stack)
              .sType$Default()
              .srcAccessMask(VK_ACCESS_MEMORY_WRITE_BIT)
              .dstAccessMask(accesses);
      vkCmdPipelineBarrier(buffer, HERE, stages, 0, memory, null, null);
    }
  }

  /// Runs what was recorded and waits for its end.
  ///
  /// @throws mneme.device.DeviceException kind LOST if the device is, or seems to be
  void finish() {
    if (current == null && waiting.isEmpty()) {
      return;
    }
    barrier(nextOnce(), VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
    end();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer buffers = stack.mallocPointer(waiting.size());
      waiting.forEach(buffer -> buffers.put(buffer.address()));
      var submit = VkSubmitInfo.calloc(stack).sType$Default().pCommandBuffers(buffers.flip());
      VkErrors.check(vkResetFences(device, fence), "the step");
      VkErrors.check(vkQueueSubmit(queue, submit, fence), "the step");
      VkErrors.check(vkWaitForFences(device, fence, true, PATIENCE_NS), "waiting for the step");
    } finally {
      waiting.clear();
      used = 0;
    }
  }

  @Override
  public void close() {
    vkDestroyFence(device, fence, null);
    vkDestroyCommandPool(device, pool, null);
  }
}
