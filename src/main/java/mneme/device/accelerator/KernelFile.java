package mneme.device.accelerator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A file of kernels, cut into its parts: what a kernel begins with, the kernels and what stands
/// between them. Each language writes the head of a kernel its own way; everything else is the same
/// text, made of what both languages have in common and of the words that their preludes define.
public final class KernelFile {
  private static final String FOLDER = "/kernels/";

  /// All that kernels are made of.
  static final List<String> NAMES =
      List.of(
          "attention.kernel",
          "curves.kernel",
          "matrix.kernel",
          "memory.kernel",
          "opencl.prelude",
          "probe.kernel",
          "rows.kernel",
          "scans.kernel",
          "select.kernel",
          "unit.kernel",
          "vulkan.prelude",
          "weights.kernel");

  private static final Pattern KERNEL =
      Pattern.compile("^KERNEL\\((\\w+)\\) (\\w+)\\(([^)]*)\\) \\{\\n(.*?)^\\}\\n", multiline());

  /// A part of the file.
  public sealed interface Part {}

  /// Functions and definitions for the kernels that follow.
  public record Shared(String text) implements Part {}

  /// @param items of one work-group
  /// @param body from the line after the head to the line before the closing brace
  public record Definition(String name, int items, List<Parameter> parameters, String body)
      implements Part {
    public Definition {
      parameters = List.copyOf(parameters);
    }
  }

  /// @param type `PTR`, `POOL`, `uint` or `float`
  public record Parameter(String type, String name) {
    public boolean isAddress() {
      return type.equals("PTR");
    }

    public boolean isPool() {
      return type.equals("POOL");
    }
  }

  private final List<Part> parts = new ArrayList<>();

  /// @param numbers that a kernel's head may name
  private KernelFile(String text, Map<String, Integer> numbers) {
    Matcher kernels = KERNEL.matcher(text);
    int end = 0;
    while (kernels.find()) {
      parts.add(new Shared(text.substring(end, kernels.start())));
      parts.add(definition(kernels.toMatchResult(), numbers));
      end = kernels.end();
    }
    parts.add(new Shared(text.substring(end)));
  }

  private static int multiline() {
    return Pattern.MULTILINE | Pattern.DOTALL;
  }

  private static Definition definition(MatchResult kernel, Map<String, Integer> numbers) {
    List<Parameter> parameters =
        Arrays.stream(kernel.group(3).split(","))
            .map(parameter -> parameter.strip().split("\\s+"))
            .map(words -> new Parameter(words[0], words[1]))
            .toList();
    Integer named = numbers.get(kernel.group(1));
    int items = named == null ? Integer.parseInt(kernel.group(1)) : named;
    return new Definition(kernel.group(2), items, parameters, kernel.group(4));
  }

  /// The file that `kernel` is in, behind the definitions it is compiled with.
  ///
  /// @param prelude the name of the file that defines the dialect's words in a language
  public static KernelFile of(Kernel kernel, String prelude) {
    return new KernelFile(
        "%s\n%s\n%s\n%s\n%s"
            .formatted(
                text(prelude + ".prelude"),
                kernel.defined(),
                text("curves.kernel"),
                kernel.readsWeights() ? text("weights.kernel") : "",
                text(kernel.file() + ".kernel")),
        kernel.definitions());
  }

  /// The texts of all files, one behind the other.
  public static String everything() {
    return NAMES.stream().map(KernelFile::text).collect(Collectors.joining("\n"));
  }

  private static String text(String name) {
    try (InputStream in = KernelFile.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("kernels/" + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<Part> parts() {
    return List.copyOf(parts);
  }

  public Definition definition(String name) {
    return parts.stream()
        .filter(Definition.class::isInstance)
        .map(Definition.class::cast)
        .filter(definition -> definition.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no kernel " + name));
  }
}
