package mneme.device.vulkan;

import static org.lwjgl.vulkan.VK10.VK_QUEUE_COMPUTE_BIT;
import static org.lwjgl.vulkan.VK10.vkCmdCopyBuffer;
import static org.lwjgl.vulkan.VK10.vkCmdFillBuffer;
import static org.lwjgl.vulkan.VK10.vkCreateDevice;
import static org.lwjgl.vulkan.VK10.vkDestroyDevice;
import static org.lwjgl.vulkan.VK10.vkDestroyInstance;
import static org.lwjgl.vulkan.VK10.vkDeviceWaitIdle;
import static org.lwjgl.vulkan.VK10.vkGetPhysicalDeviceQueueFamilyProperties;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import mneme.device.DeviceException;
import mneme.device.MatrixUnits;
import mneme.device.accelerator.Accelerator;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.Launch;
import mneme.device.accelerator.MatrixUnit;
import mneme.device.accelerator.Memory;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.vulkan.VkBufferCopy;
import org.lwjgl.vulkan.VkDevice;
import org.lwjgl.vulkan.VkDeviceCreateInfo;
import org.lwjgl.vulkan.VkDeviceQueueCreateInfo;
import org.lwjgl.vulkan.VkPhysicalDevice;
import org.lwjgl.vulkan.VkQueueFamilyProperties;

/// One Vulkan device. Calls are recorded and run when somebody waits, so a step is one submission.
/// Bytes of the host go through staging memory, which the device reads and writes.
final class VkAccelerator implements Accelerator {
  private static final long STAGING_BYTES = 8 << 20;

  /// Filling counts in words.
  private static final int WORD_BYTES = 4;

  private final boolean hasBudget;
  private final Optional<MatrixUnit> unit;
  private final VkDevice device;
  private final VkMemories memories;
  private final VkKernels kernels;
  private final VkCommands commands;
  private final VkMemory upload;
  private final VkMemory download;
  private final MemorySegment toDevice;
  private final MemorySegment toHost;
  private final ByteBuffer parameters = MemoryUtil.memAlloc(VkKernels.PARAMETER_BYTES);
  private long uploaded;

  /// @param physical of an instance that nobody else uses, which is destroyed with this
  /// @param hasBudget whether it has `VK_EXT_memory_budget`
  VkAccelerator(VkPhysicalDevice physical, boolean hasBudget, MatrixUnits units) {
    this.hasBudget = hasBudget;
    this.unit = VkUnits.wanted(physical, units);
    int family = family(physical);
    this.device = device(physical, family, unit.isPresent());
    this.memories = new VkMemories(device);
    this.kernels = new VkKernels(device);
    this.commands = new VkCommands(device, family);
    this.upload = memories.allocateVisible(STAGING_BYTES);
    this.download = memories.allocateVisible(STAGING_BYTES);
    this.toDevice = memories.mapped(upload);
    this.toHost = memories.mapped(download);
  }

  private static int family(VkPhysicalDevice physical) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      vkGetPhysicalDeviceQueueFamilyProperties(physical, count, null);
      var families = VkQueueFamilyProperties.calloc(count.get(0), stack);
      vkGetPhysicalDeviceQueueFamilyProperties(physical, count, families);
      for (int i = 0; i < families.capacity(); i++) {
        if ((families.get(i).queueFlags() & VK_QUEUE_COMPUTE_BIT) != 0) {
          return i;
        }
      }
    }
    throw new DeviceException(DeviceException.Kind.FAILED, "the device does not compute");
  }

  private static VkDevice device(VkPhysicalDevice physical, int family, boolean withUnits) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var queues =
          VkDeviceQueueCreateInfo.calloc(1, stack)
              .sType$Default()
              .queueFamilyIndex(family)
              .pQueuePriorities(stack.floats(1));
      var create =
          VkFeatures.enable(VkDeviceCreateInfo.calloc(stack).sType$Default(), withUnits, stack)
              .pQueueCreateInfos(queues);
      if (withUnits) {
        VkUnits.enable(create, stack);
      }
      PointerBuffer handle = stack.mallocPointer(1);
      VkErrors.check(vkCreateDevice(physical, create, null, handle), "opening the device");
      return new VkDevice(handle.get(0), physical, create);
    }
  }

  @Override
  public Memory allocate(long bytes, String what) {
    return memories.allocate(bytes, what);
  }

  @Override
  public void write(Memory to, long at, MemorySegment source) {
    for (long done = 0; done < source.byteSize(); ) {
      if (uploaded == STAGING_BYTES) {
        finish();
      }
      long part = Math.min(STAGING_BYTES - uploaded, source.byteSize() - done);
      MemorySegment.copy(source, done, toDevice, uploaded, part);
      copy(upload, uploaded, to, at + done, part);
      uploaded += part;
      done += part;
    }
  }

  @Override
  public void read(Memory from, long at, MemorySegment target) {
    for (long done = 0; done < target.byteSize(); done += STAGING_BYTES) {
      long part = Math.min(STAGING_BYTES, target.byteSize() - done);
      copy(from, at + done, download, 0, part);
      finish();
      MemorySegment.copy(toHost, 0, target, done, part);
    }
  }

  @Override
  public void copy(Memory from, long fromAt, Memory to, long toAt, long bytes) {
    if (bytes == 0) {
      return;
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var range = VkBufferCopy.calloc(1, stack).srcOffset(fromAt).dstOffset(toAt).size(bytes);
      vkCmdCopyBuffer(
          commands.nextOnce(), ((VkMemory) from).buffer(), ((VkMemory) to).buffer(), range);
    }
  }

  @Override
  public void zero(Memory memory, long at, long bytes) {
    long from = Math.min(at + bytes, Math.ceilDiv(at, WORD_BYTES) * WORD_BYTES);
    long to = Math.max(from, (at + bytes) / WORD_BYTES * WORD_BYTES);
    writeZeros(memory, at, from - at);
    if (to > from) {
      vkCmdFillBuffer(commands.nextOnce(), ((VkMemory) memory).buffer(), from, to - from, 0);
    }
    writeZeros(memory, to, at + bytes - to);
  }

  /// Less than a word of them.
  private void writeZeros(Memory memory, long at, long bytes) {
    write(memory, at, MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]));
  }

  @Override
  public void build(Kernel kernel) {
    kernels.built(kernel);
  }

  @Override
  public int poolParts(int parts) {
    return 1;
  }

  @Override
  public long place(Memory part, int number, long at) {
    return ((VkMemory) part).address() + at;
  }

  @Override
  public Launch launch(Kernel kernel) {
    return new VkLaunch(commands, kernels.built(kernel), kernels.layout(), parameters);
  }

  @Override
  public void repeat(Object key, Runnable launches) {
    commands.repeat(key, launches);
  }

  @Override
  public void barrier() {
    commands.barrier();
  }

  @Override
  public void finish() {
    commands.finish();
    uploaded = 0;
  }

  @Override
  public Optional<MatrixUnit> matrixUnit() {
    return unit;
  }

  @Override
  public long allocatedBytes() {
    return memories.allocatedBytes();
  }

  @Override
  public OptionalLong driverBytes() {
    return hasBudget ? OptionalLong.of(heap().usedBytes()) : OptionalLong.empty();
  }

  /// As it stands now.
  VkHeap heap() {
    return VkHeap.of(device.getPhysicalDevice(), hasBudget);
  }

  @Override
  public void close() {
    vkDeviceWaitIdle(device);
    kernels.close();
    commands.close();
    upload.release();
    download.release();
    vkDestroyDevice(device, null);
    vkDestroyInstance(device.getPhysicalDevice().getInstance(), null);
    MemoryUtil.memFree(parameters);
  }
}
