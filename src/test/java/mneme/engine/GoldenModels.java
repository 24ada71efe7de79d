package mneme.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mneme.SharedData;
import mneme.device.Numerics;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.model.Architectures;

/// The models of the golden folders, served with a longer context than their headers say, and with
/// token ids for text.
///
/// @param endIds ids that end a stream, for every model
record GoldenModels(EngineSettings settings, Set<Integer> endIds) implements Loader {
  @Override
  public List<ServedModel> models() {
    return List.of();
  }

  @Override
  public Blueprint load(String name) {
    ModelFile file = ModelFiles.open(path(name));
    Graph graph = Architectures.graph(file, settings.contextTokens());
    ServedModel served =
        new ServedModel(
            name,
            file.metadata(),
            new NumberTokenizer(graph.vocabulary(), endIds),
            settings.contextTokens(),
            Optional.empty(),
            0,
            name,
            0,
            "F32");
    MemoryPlan plan = MemoryPlan.of(graph.needs(), settings.kv(), settings.pageTokens());
    return new Blueprint(served, graph, plan, Numerics.EXACT, file);
  }

  /// Skips the running test if the model is not there.
  static Path path(String name) {
    return name.equals("recurrent_gemma")
        ? SharedData.path("goldens-hf/" + name)
        : SharedData.path("goldens/" + name + "/model.gguf");
  }
}
