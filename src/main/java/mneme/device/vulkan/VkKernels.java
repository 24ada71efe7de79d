package mneme.device.vulkan;

import static org.lwjgl.util.shaderc.Shaderc.shaderc_compilation_status_success;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_compile_into_spv;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_compile_options_initialize;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_compile_options_release;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_compile_options_set_target_env;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_compiler_initialize;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_compiler_release;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_compute_shader;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_env_version_vulkan_1_2;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_result_get_bytes;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_result_get_compilation_status;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_result_get_error_message;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_result_release;
import static org.lwjgl.util.shaderc.Shaderc.shaderc_target_env_vulkan;
import static org.lwjgl.vulkan.EXTSubgroupSizeControl.VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT;
import static org.lwjgl.vulkan.VK10.VK_SHADER_STAGE_COMPUTE_BIT;
import static org.lwjgl.vulkan.VK10.VK_SUCCESS;
import static org.lwjgl.vulkan.VK10.vkCreateComputePipelines;
import static org.lwjgl.vulkan.VK10.vkCreatePipelineLayout;
import static org.lwjgl.vulkan.VK10.vkCreateShaderModule;
import static org.lwjgl.vulkan.VK10.vkDestroyPipeline;
import static org.lwjgl.vulkan.VK10.vkDestroyPipelineLayout;
import static org.lwjgl.vulkan.VK10.vkDestroyShaderModule;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import mneme.device.DeviceException;
import mneme.device.Signals;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.KernelCache;
import mneme.device.accelerator.KernelFile;
import org.lwjgl.Version;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.vulkan.VkComputePipelineCreateInfo;
import org.lwjgl.vulkan.VkDevice;
import org.lwjgl.vulkan.VkPipelineLayoutCreateInfo;
import org.lwjgl.vulkan.VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT;
import org.lwjgl.vulkan.VkPushConstantRange;
import org.lwjgl.vulkan.VkShaderModuleCreateInfo;

/// The kernels of one device, built when first asked for. They have no bindings: all they know of
/// memory are the addresses among their parameters.
final class VkKernels implements AutoCloseable {
  /// What every device takes as push constants.
  static final int PARAMETER_BYTES = 128;

  /// @param items of one work-group
  record Built(long pipeline, String name, int items) {}

  private final VkDevice device;
  private final boolean keepsNan;
  private final long layout;
  private final KernelCache cache;
  private final Map<Kernel, Built> kernels = new HashMap<>();

  VkKernels(VkDevice device) {
    this.device = device;
    this.keepsNan = VkFeatures.keepsNan(device.getPhysicalDevice());
    this.cache =
        KernelCache.ofUser("shaderc of LWJGL %s, %s".formatted(Version.getVersion(), keepsNan));
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var parameters =
          VkPushConstantRange.calloc(1, stack)
              .stageFlags(VK_SHADER_STAGE_COMPUTE_BIT)
              .size(PARAMETER_BYTES);
      var create =
          VkPipelineLayoutCreateInfo.calloc(stack).sType$Default().pPushConstantRanges(parameters);
      LongBuffer handle = stack.mallocLong(1);
      VkErrors.check(vkCreatePipelineLayout(device, create, null, handle), "opening the device");
      layout = handle.get(0);
    }
  }

  long layout() {
    return layout;
  }

  Built built(Kernel kernel) {
    return kernels.computeIfAbsent(kernel, _ -> Signals.kept(() -> build(kernel)));
  }

  private Built build(Kernel kernel) {
    String text = VkText.of(kernel);
    byte[] compiled = cache.get(text, () -> compile(kernel, text));
    ByteBuffer shader = MemoryUtil.memAlloc(compiled.length).put(0, compiled);
    try (MemoryStack stack = MemoryStack.stackPush()) {
      LongBuffer handle = stack.mallocLong(1);
      var create = VkShaderModuleCreateInfo.calloc(stack).sType$Default().pCode(shader);
      VkErrors.check(vkCreateShaderModule(device, create, null, handle), "kernel " + kernel.name());
      long module = handle.get(0);
      var pipeline = VkComputePipelineCreateInfo.calloc(1, stack).sType$Default().layout(layout);
      pipeline
          .stage()
          .sType$Default()
          .stage(VK_SHADER_STAGE_COMPUTE_BIT)
          .module(module)
          .pName(stack.UTF8("main"));
      if (kernel.subgroup() > 0) {
        pipeline
            .stage()
            .flags(VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT)
            .pNext(
                VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT.calloc(stack)
                    .sType$Default()
                    .requiredSubgroupSize(kernel.subgroup()));
      }
      int result = vkCreateComputePipelines(device, 0, pipeline, null, handle);
      vkDestroyShaderModule(device, module, null);
      if (result != VK_SUCCESS) {
        throw new DeviceException(
            DeviceException.Kind.BUILD_FAILED,
            "the driver refuses kernel %s (error %d)".formatted(kernel.name(), result));
      }
      int items = KernelFile.of(kernel, "vulkan").definition(kernel.name()).items();
      return new Built(handle.get(0), kernel.name(), items);
    } finally {
      MemoryUtil.memFree(shader);
    }
  }

  private byte[] compile(Kernel kernel, String text) {
    long compiler = shaderc_compiler_initialize();
    long options = shaderc_compile_options_initialize();
    shaderc_compile_options_set_target_env(
        options, shaderc_target_env_vulkan, shaderc_env_version_vulkan_1_2);
    long result =
        shaderc_compile_into_spv(
            compiler, text, shaderc_compute_shader, kernel.name(), "main", options);
    try {
      if (shaderc_result_get_compilation_status(result) != shaderc_compilation_status_success) {
        throw new DeviceException(
            DeviceException.Kind.BUILD_FAILED,
            "the compiler refuses kernel %s: %s"
                .formatted(kernel.name(), shaderc_result_get_error_message(result)));
      }
      int[] words =
          SpirV.strict(
              Objects.requireNonNull(shaderc_result_get_bytes(result)).asIntBuffer(), keepsNan);
      ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.nativeOrder());
      bytes.asIntBuffer().put(words);
      return bytes.array();
    } finally {
      shaderc_result_release(result);
      shaderc_compile_options_release(options);
      shaderc_compiler_release(compiler);
    }
  }

  @Override
  public void close() {
    kernels.values().forEach(kernel -> vkDestroyPipeline(device, kernel.pipeline(), null));
    vkDestroyPipelineLayout(device, layout, null);
  }
}
