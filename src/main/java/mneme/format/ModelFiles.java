package mneme.format;

import java.nio.file.Path;

/// Opens model files of every kind that is known.
public final class ModelFiles {
  private ModelFiles() {}

  /// Opens what lies at `path`, by its content and not by its name.
  ///
  /// @throws ModelFormatException if it is no model that can be read, saying why
  public static ModelFile open(Path path) {
    return Gguf.open(path);
  }
}
