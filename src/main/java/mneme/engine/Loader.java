package mneme.engine;

import java.util.List;

/// Reads models. Calls block and may come from several threads at once.
interface Loader {
  /// Models there are, loaded or not.
  List<ServedModel> models();

  /// @throws EngineException if there is no such model, or it cannot be read
  Blueprint load(String name);
}
