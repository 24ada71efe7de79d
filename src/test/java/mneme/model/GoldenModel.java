package mneme.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;

/// A model of either folder of goldens, what another program computed with it, and how far from
/// that one may be with exact activations.
///
/// @param name as `goldens/llama`
record GoldenModel(String name, ModelFile file, Golden golden, Gate gate) implements AutoCloseable {
  static Stream<String> names() {
    return Stream.of("goldens", "goldens-hf")
        .flatMap(all ->
            SharedData.folders(all).stream().map(folder -> all + "/" + folder.getFileName()));
  }

  static GoldenModel open(String name) {
    Path folder = SharedData.path(name);
    Path model = folder.resolve("model.gguf");
    if (!Files.exists(model)) {
      ModelFile file = ModelFiles.open(folder);
      return new GoldenModel(name, file, huggingFace(folder, file), Gate.HUGGING_FACE);
    }
    Golden golden = Golden.read(folder);
    boolean isRounded = Files.exists(folder.resolve("logits_f32.bin"));
    return new GoldenModel(
        name,
        ModelFiles.open(model),
        isRounded ? golden.withExactLogits() : golden,
        Gate.of(golden.name()));
  }

  /// A Hugging Face folder, its logits in one file.
  static Golden huggingFace(Path folder, ModelFile file) {
    JsonNode json = Golden.json(folder.resolve("tokens.json"));
    int[] tokens =
        IntStream.concat(Golden.ids(json.get("prompt")), Golden.ids(json.get("greedy"))).toArray();
    int vocabulary = file.metadata().integer("config.vocab_size");
    float[][] logits = Golden.rows(folder.resolve("logits.bin"), vocabulary);
    String name = folder.getFileName().toString();
    return new Golden(name, folder, 256, json.get("prompt").size(), tokens, logits);
  }

  Graph graph() {
    return Architectures.graph(file, golden.contextTokens());
  }

  /// As the header says.
  int layers() {
    return Stream.of(
            file.metadata().architecture() + ".block_count",
            "config.num_hidden_layers",
            "config.num_blocks")
        .filter(file.metadata()::has)
        .mapToInt(file.metadata()::integer)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    file.close();
  }
}
