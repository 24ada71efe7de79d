package mneme.engine;

import java.util.List;
import java.util.function.LongSupplier;
import mneme.device.Numerics;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolSpace;
import org.apache.pekko.actor.typed.ActorRef;

/// The stages of a split model in their order, and what their workers are told.
///
/// @param number of the station that it belongs to
/// @param program number of the model's load
/// @param plan with a bank for each stage
/// @param nowNs a clock that only moves forward
record Route(
    int number,
    long program,
    List<Stage> stages,
    MemoryPlan plan,
    ActorRef<MemoryPool.Command> pool,
    ActorRef<Node.Command> node,
    LongSupplier nowNs) {
  /// A part of the model, and where it runs.
  ///
  /// @param bank of the model's pool
  record Stage(String device, ActorRef<Worker.Command> worker, Graph graph, PoolSpace bank) {}

  Route {
    stages = List.copyOf(stages);
  }

  /// The banks of the model's pool.
  List<PoolSpace> banks() {
    return stages.stream().map(Stage::bank).toList();
  }

  /// Each worker is to make its stage ready, and tells `relay`.
  void prepare(Numerics numerics, ActorRef<Relay.Command> relay) {
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      var part = new Workbench.Recipe(program, stage.graph(), plan, numerics);
      boolean isLast = i == stages.size() - 1;
      var recipe = new Stages.Recipe(part, i, isLast, stage.bank().bytes(), relay);
      stage.worker().tell(new Worker.PrepareStage(recipe));
    }
  }

  void run(Relay.Leg leg) {
    stages.get(leg.stage()).worker().tell(new Worker.RunStage(leg));
  }

  void scrub(int stage) {
    stages.get(stage).worker().tell(new Worker.ScrubStage(program));
  }

  /// Each worker is to let go of its stage, and tells `replyTo`.
  void unload(ActorRef<Worker.Unloaded> replyTo) {
    stages.forEach(stage -> stage.worker().tell(new Worker.Unload(program, replyTo)));
  }
}
