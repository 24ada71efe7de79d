package mneme.device.opencl;

import java.util.List;
import java.util.stream.Collectors;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.KernelFile;
import mneme.device.accelerator.KernelFile.Definition;
import mneme.device.accelerator.KernelFile.Parameter;
import mneme.device.accelerator.KernelFile.Shared;

/// One kernel in OpenCL C, with what stands around it in its file. An address is two arguments, a
/// buffer and where in it; a pool is a buffer for each of its parts.
final class ClText {
  private ClText() {}

  static String of(Kernel kernel) {
    var text = new StringBuilder();
    for (KernelFile.Part part : KernelFile.of(kernel, "opencl").parts()) {
      boolean isFirst = text.isEmpty();
      text.append(
          switch (part) {
            case Shared shared -> shared.text();
            case Definition definition when definition.name().equals(kernel.name()) ->
                text(definition, kernel.poolParts());
            case Definition _ -> "";
          });
      if (isFirst && kernel.poolParts() > 0) {
        text.append(ClPool.function(kernel.poolParts()));
      }
    }
    return text.toString();
  }

  private static String text(Definition kernel, int poolParts) {
    List<Parameter> parameters = kernel.parameters();
    String arguments =
        parameters.stream()
            .map(parameter -> argument(parameter, poolParts))
            .collect(Collectors.joining(", "));
    String addresses =
        parameters.stream()
            .filter(Parameter::isAddress)
            .map(address -> "  PTR %1$s = %1$s_buffer + %1$s_at;\n".formatted(address.name()))
            .collect(Collectors.joining());
    return """
    #undef ITEMS
    #define ITEMS %d
    __kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
    void %s(%s) {
    %s%s}
    """
        .formatted(kernel.items(), kernel.name(), arguments, addresses, kernel.body());
  }

  private static String argument(Parameter parameter, int poolParts) {
    if (parameter.isPool()) {
      return ClPool.arguments(poolParts);
    }
    return parameter.isAddress()
        ? "PTR %1$s_buffer, ulong %1$s_at".formatted(parameter.name())
        : parameter.type() + " " + parameter.name();
  }
}
