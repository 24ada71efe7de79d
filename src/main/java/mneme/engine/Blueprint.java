package mneme.engine;

import mneme.device.Numerics;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;

/// A model read from disk, ready to be put on a device.
///
/// @param file what the graph's tensors are mapped from; closed when the model is unloaded
record Blueprint(
    ServedModel model, Graph graph, MemoryPlan plan, Numerics numerics, AutoCloseable file) {
  Planner.Subject subject() {
    return new Planner.Subject(model.name(), graph, plan, model.contextTokens());
  }

  void close() {
    try {
      file.close();
    } catch (Exception e) {
      System.getLogger(Blueprint.class.getName())
          .log(System.Logger.Level.WARNING, "closing the file of '" + model.name() + "' failed", e);
    }
  }
}
