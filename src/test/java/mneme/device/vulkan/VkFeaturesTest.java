package mneme.device.vulkan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lwjgl.vulkan.VK10.VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
import static org.lwjgl.vulkan.VK11.VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
import static org.lwjgl.vulkan.VK12.VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
import static org.lwjgl.vulkan.VK12.VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;

import java.util.ArrayList;
import java.util.List;
import mneme.device.Natives;
import org.junit.jupiter.api.Test;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkBaseInStructure;
import org.lwjgl.vulkan.VkDeviceCreateInfo;

class VkFeaturesTest {
  /// A device may do without what nobody asked for, however soundly others work.
  @Test
  void everyFeatureIsAskedFor() {
    Natives.prepare();
    List<Integer> asked = new ArrayList<>();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var create =
          VkFeatures.enable(VkDeviceCreateInfo.calloc(stack).sType$Default(), false, stack);
      for (var next = VkBaseInStructure.create(create.address());
          next != null;
          next = next.pNext()) {
        asked.add(next.sType());
      }
    }
    assertThat(asked)
        .containsExactlyInAnyOrder(
            VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
  }
}
