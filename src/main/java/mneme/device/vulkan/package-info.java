/// Computing through Vulkan. Open [mneme.device.vulkan.VkDiscovery] first.
@NullMarked
package mneme.device.vulkan;

import org.jspecify.annotations.NullMarked;
