package mneme.model;

import java.util.Comparator;
import java.util.List;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.graph.Graph;
import mneme.model.arch.Llama;

/// Every architecture that Mneme knows, one line each.
public final class Architectures {
  private static final List<Architecture> ALL = List.of(new Llama());

  private Architectures() {}

  /// The forward pass of the model in `file`.
  ///
  /// @param contextTokens the longest sequence to be served; few families depend on it
  /// @throws ModelFormatException if no family answers to the file's architecture, or the one that
  ///   does cannot use the file
  public static Graph graph(ModelFile file, int contextTokens) {
    String name = file.metadata().architecture();
    return ALL.stream()
        .filter(architecture -> architecture.names().contains(name))
        .findFirst()
        .orElseThrow(() -> unknown(name))
        .graph(file, contextTokens);
  }

  /// Every name of `general.architecture` that is known, in alphabetical order.
  public static List<String> names() {
    return ALL.stream()
        .flatMap(architecture -> architecture.names().stream())
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private static ModelFormatException unknown(String name) {
    return new ModelFormatException(
        "architecture '%s' is not known; known: %s".formatted(name, String.join(", ", names())));
  }
}
