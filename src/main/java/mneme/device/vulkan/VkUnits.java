package mneme.device.vulkan;

import static org.lwjgl.vulkan.EXTSubgroupSizeControl.VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME;
import static org.lwjgl.vulkan.KHRCooperativeMatrix.VK_COMPONENT_TYPE_FLOAT16_KHR;
import static org.lwjgl.vulkan.KHRCooperativeMatrix.VK_COMPONENT_TYPE_FLOAT32_KHR;
import static org.lwjgl.vulkan.KHRCooperativeMatrix.VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
import static org.lwjgl.vulkan.KHRCooperativeMatrix.VK_SCOPE_SUBGROUP_KHR;
import static org.lwjgl.vulkan.KHRCooperativeMatrix.vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR;
import static org.lwjgl.vulkan.VK10.VK_PHYSICAL_DEVICE_TYPE_CPU;
import static org.lwjgl.vulkan.VK10.VK_SHADER_STAGE_COMPUTE_BIT;
import static org.lwjgl.vulkan.VK10.vkGetPhysicalDeviceProperties;
import static org.lwjgl.vulkan.VK11.vkGetPhysicalDeviceFeatures2;
import static org.lwjgl.vulkan.VK11.vkGetPhysicalDeviceProperties2;

import java.nio.IntBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mneme.device.MatrixUnits;
import mneme.device.accelerator.MatrixUnit;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkCooperativeMatrixPropertiesKHR;
import org.lwjgl.vulkan.VkDeviceCreateInfo;
import org.lwjgl.vulkan.VkPhysicalDevice;
import org.lwjgl.vulkan.VkPhysicalDeviceCooperativeMatrixFeaturesKHR;
import org.lwjgl.vulkan.VkPhysicalDeviceFeatures2;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties2;
import org.lwjgl.vulkan.VkPhysicalDeviceSubgroupProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceSubgroupSizeControlFeaturesEXT;
import org.lwjgl.vulkan.VkPhysicalDeviceSubgroupSizeControlPropertiesEXT;
import org.lwjgl.vulkan.VkPhysicalDeviceVulkan12Features;

/// The matrix units of a Vulkan device, if they can do what the kernels need: f16 by f16 into f32,
/// by subgroups of a size that holds.
final class VkUnits {
  private static final List<String> EXTENSIONS =
      List.of(
          VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);

  private VkUnits() {}

  /// Those that programs are to use.
  static Optional<MatrixUnit> wanted(VkPhysicalDevice device, MatrixUnits setting) {
    return switch (setting) {
      case OFF -> Optional.empty();
      case ON -> of(device);
      case AUTO -> isCpu(device) ? Optional.empty() : of(device);
    };
  }

  private static boolean isCpu(VkPhysicalDevice device) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var properties = VkPhysicalDeviceProperties.calloc(stack);
      vkGetPhysicalDeviceProperties(device, properties);
      return properties.deviceType() == VK_PHYSICAL_DEVICE_TYPE_CPU;
    }
  }

  private static Optional<MatrixUnit> of(VkPhysicalDevice device) {
    Set<String> extensions = VkDiscovery.extensions(device);
    if (!extensions.containsAll(EXTENSIONS) || !hasFeatures(device)) {
      return Optional.empty();
    }
    int subgroup = subgroup(device);
    return MatrixUnit.best(offered(device, subgroup)).filter(unit -> isRoomFor(unit, device));
  }

  private static boolean hasFeatures(VkPhysicalDevice device) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var units = VkPhysicalDeviceCooperativeMatrixFeaturesKHR.calloc(stack).sType$Default();
      var sizes = VkPhysicalDeviceSubgroupSizeControlFeaturesEXT.calloc(stack).sType$Default();
      var since12 = VkPhysicalDeviceVulkan12Features.calloc(stack).sType$Default();
      var all = VkPhysicalDeviceFeatures2.calloc(stack).sType$Default();
      vkGetPhysicalDeviceFeatures2(device, all.pNext(units).pNext(sizes).pNext(since12));
      return units.cooperativeMatrix()
          && sizes.subgroupSizeControl()
          && sizes.computeFullSubgroups()
          && since12.shaderFloat16()
          && since12.vulkanMemoryModel()
          && since12.vulkanMemoryModelDeviceScope();
    }
  }

  /// A tile is cut for subgroups of at most so many items.
  private static final int MOST_ITEMS = 32;

  /// The size that kernels ask for; 0: none can be asked for.
  private static int subgroup(VkPhysicalDevice device) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var usual = VkPhysicalDeviceSubgroupProperties.calloc(stack).sType$Default();
      var sizes = VkPhysicalDeviceSubgroupSizeControlPropertiesEXT.calloc(stack).sType$Default();
      var all = VkPhysicalDeviceProperties2.calloc(stack).sType$Default();
      vkGetPhysicalDeviceProperties2(device, all.pNext(usual).pNext(sizes));
      boolean isFixed = (sizes.requiredSubgroupSizeStages() & VK_SHADER_STAGE_COMPUTE_BIT) != 0;
      int size = Math.min(usual.subgroupSize(), MOST_ITEMS);
      return isFixed && size >= sizes.minSubgroupSize() ? size : 0;
    }
  }

  private static List<MatrixUnit> offered(VkPhysicalDevice device, int subgroup) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      VkErrors.check(
          vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR(device, count, null),
          "asking for matrix units");
      var shapes = VkCooperativeMatrixPropertiesKHR.calloc(count.get(0), stack);
      shapes.forEach(VkCooperativeMatrixPropertiesKHR::sType$Default);
      VkErrors.check(
          vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR(device, count, shapes),
          "asking for matrix units");
      return shapes.stream()
          .filter(VkUnits::isOfUse)
          .map(shape -> new MatrixUnit(shape.MSize(), shape.NSize(), shape.KSize(), subgroup))
          .toList();
    }
  }

  private static boolean isOfUse(VkCooperativeMatrixPropertiesKHR shape) {
    return shape.scope() == VK_SCOPE_SUBGROUP_KHR
        && shape.AType() == VK_COMPONENT_TYPE_FLOAT16_KHR
        && shape.BType() == VK_COMPONENT_TYPE_FLOAT16_KHR
        && shape.CType() == VK_COMPONENT_TYPE_FLOAT32_KHR
        && shape.ResultType() == VK_COMPONENT_TYPE_FLOAT32_KHR;
  }

  private static boolean isRoomFor(MatrixUnit unit, VkPhysicalDevice device) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var properties = VkPhysicalDeviceProperties.calloc(stack);
      vkGetPhysicalDeviceProperties(device, properties);
      var limits = properties.limits();
      return limits.maxComputeWorkGroupInvocations() >= unit.items()
          && limits.maxComputeWorkGroupSize(0) >= unit.items()
          && limits.maxComputeSharedMemorySize() >= unit.sharedBytes();
    }
  }

  /// Asks a device that is about to be opened for what the kernels need.
  static void enable(VkDeviceCreateInfo create, MemoryStack stack) {
    var names = stack.mallocPointer(EXTENSIONS.size());
    EXTENSIONS.forEach(name -> names.put(stack.UTF8(name)));
    create
        .ppEnabledExtensionNames(names.flip())
        .pNext(
            VkPhysicalDeviceCooperativeMatrixFeaturesKHR.calloc(stack)
                .sType$Default()
                .cooperativeMatrix(true))
        .pNext(
            VkPhysicalDeviceSubgroupSizeControlFeaturesEXT.calloc(stack)
                .sType$Default()
                .subgroupSizeControl(true)
                .computeFullSubgroups(true));
  }
}
