package mneme.engine;

import mneme.device.Numerics;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.schedule.BatchLimits;
import mneme.schedule.Placement;

/// A model read from disk, ready to be put on a device.
///
/// @param weightBytes of all its tensors, as they lie in the file
/// @param file what the graph's tensors are mapped from; closed when the model is unloaded
record Blueprint(
    ServedModel model,
    Graph graph,
    MemoryPlan plan,
    Numerics numerics,
    long weightBytes,
    AutoCloseable file) {
  /// What it takes of a device whose steps are bound by `limits`, to serve sequences of its context
  /// or, where none can, of at least `leastTokens`.
  Placement.Demand demand(BatchLimits limits, int leastTokens) {
    return new Placement.Demand(
        weightBytes,
        graph.scratchBytes(limits.budgetTokens()),
        plan,
        model.contextTokens(),
        leastTokens,
        limits.chunkTokens());
  }

  Planner.Subject subject() {
    return new Planner.Subject(model.name(), graph, plan, weightBytes, model.contextTokens());
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
