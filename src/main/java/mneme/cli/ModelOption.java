package mneme.cli;

import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import picocli.CommandLine.Option;

/// Which model a command works on.
final class ModelOption {
  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "MODEL",
      description = "A GGUF file, a Hugging Face folder, or a name that 'mneme list' shows.")
  private String reference;

  /// The caller closes it.
  ModelFile open(Configured configured) {
    return ModelFiles.open(configured.catalog().path(reference));
  }

  /// The longest sequence the model was made for; 0 if its header does not say.
  static int contextTokens(ModelFile file) {
    var metadata = file.metadata();
    String key = metadata.architecture() + ".context_length";
    return metadata.integer(key, metadata.integer("config.max_position_embeddings", 0));
  }
}
