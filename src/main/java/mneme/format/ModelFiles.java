package mneme.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    if (Files.isDirectory(path)) {
      return HuggingFaceFolder.open(path);
    }
    return startsLikeSafetensors(path) ? Safetensors.open(path) : gguf(path);
  }

  private static ModelFile gguf(Path path) {
    Gguf file = Gguf.open(path);
    try {
      return SplitGguf.whole(path, file);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /// Whether byte 8, after the length of its header, opens a JSON object, and no GGUF magic comes
  /// before it.
  private static boolean startsLikeSafetensors(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] start = in.readNBytes(9);
      return start.length == 9
          && start[8] == '{'
          && !new String(start, 0, 4, StandardCharsets.ISO_8859_1).equals("GGUF");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }
}
