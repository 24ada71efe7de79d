package mneme.device.vulkan;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.KernelFile;
import mneme.device.accelerator.KernelFile.Definition;
import mneme.device.accelerator.KernelFile.Parameter;
import mneme.device.accelerator.KernelFile.Shared;

/// One kernel in GLSL, with what stands before it in its file. Its parameters are push constants;
/// memory that a work-group shares must be declared outside of functions.
final class VkText {
  private static final Pattern LOCAL = Pattern.compile("^ *LOCAL .*;\\n", Pattern.MULTILINE);

  private VkText() {}

  static String of(Kernel kernel) {
    var text = new StringBuilder();
    for (KernelFile.Part part : KernelFile.of(kernel, "vulkan").parts()) {
      switch (part) {
        case Shared shared -> text.append(shared.text());
        case Definition definition when definition.name().equals(kernel.name()) -> {
          return text.append(text(definition)).toString();
        }
        case Definition _ -> {}
      }
    }
    throw new IllegalArgumentException("there is no kernel " + kernel.name());
  }

  private static String text(Definition kernel) {
    Matcher locals = LOCAL.matcher(kernel.body());
    String shared = locals.results().map(match -> match.group().strip() + "\n").collect(joined());
    List<Parameter> parameters = kernel.parameters();
    return """
    #define ITEMS %d
    layout(local_size_x = ITEMS) in;
    layout(push_constant, std430) uniform Parameters {
    %s};
    %svoid main() {
    %s}
    """
        .formatted(
            kernel.items(),
            parameters.stream()
                .filter(parameter -> !parameter.isPool())
                .map(parameter -> "  %s %s;\n".formatted(parameter.type(), parameter.name()))
                .collect(joined()),
            shared,
            locals.replaceAll(""));
  }

  private static java.util.stream.Collector<CharSequence, ?, String> joined() {
    return Collectors.joining();
  }
}
