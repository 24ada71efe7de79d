package mneme.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mneme.device.Device;
import mneme.device.DevicePool;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/// The stages on one device of models that are split, each with a bank of its model's pool, and
/// what it takes to open all of them again after a crash. Only the worker's thread touches it.
final class Stages {
  /// What a stage is made from.
  ///
  /// @param program of the stage's graph, under the number of the whole model's load
  /// @param number of the stage in its model, from 0
  /// @param bankBytes of its bank
  /// @param relay hears of the stage each time it opens
  record Recipe(
      Workbench.Recipe program,
      int number,
      boolean isLast,
      long bankBytes,
      ActorRef<Relay.Command> relay) {}

  /// A stage that is open.
  ///
  /// @param epoch which opening of its bank; what was written there in an earlier one is void
  record Open(Recipe recipe, StepRunner runner, DevicePool bank, long epoch) {
    Relay.StageOpen announcement() {
      return new Relay.StageOpen(recipe.number(), epoch, runner.program().weightBytes());
    }

    /// Does what the leg asks of the bank, and runs it; returns what its relay is to hear.
    Relay.Command run(Relay.Leg leg) {
      Chores.run(leg.chores(), bank);
      return recipe.isLast()
          ? new Relay.Finished(leg.step(), runner.run(leg.runs(), bank, leg.drafts(), leg.rows()))
          : new Relay.Carried(leg.step(), runner.carry(leg.runs(), bank, leg.drafts(), leg.rows()));
    }
  }

  private final Map<Long, Recipe> recipes = new LinkedHashMap<>();
  private final Map<Long, Open> open = new LinkedHashMap<>();
  private long epoch;

  /// The same stages, of which none is open, under later epochs.
  Stages successor() {
    Stages next = new Stages();
    next.recipes.putAll(recipes);
    next.epoch = epoch;
    return next;
  }

  @Nullable Open get(long program) {
    return open.get(program);
  }

  List<Open> all() {
    return List.copyOf(open.values());
  }

  /// Opens again what was open before a crash.
  void open(Device device) {
    for (Recipe recipe : List.copyOf(recipes.values())) {
      try {
        make(device, recipe);
      } catch (IllegalStateException _) {
        recipes.remove(recipe.program().program()); // its file was closed: nobody wants it any more
      }
    }
  }

  Open prepare(Device device, Recipe recipe) {
    Open made = make(device, recipe);
    recipes.put(recipe.program().program(), recipe);
    return made;
  }

  private Open make(Device device, Recipe recipe) {
    Workbench.Recipe of = recipe.program();
    StepRunner runner =
        new StepRunner(
            device.prepare(of.graph(), of.plan(), of.numerics()), of.graph().vocabulary());
    try {
      Open made = new Open(recipe, runner, device.openPool(recipe.bankBytes()), ++epoch);
      open.put(of.program(), made);
      return made;
    } catch (RuntimeException e) {
      runner.program().close();
      throw e;
    }
  }

  /// Nothing that was written to the stage's bank is left.
  Open scrub(Open stage) {
    stage.bank().zero(0, stage.recipe().bankBytes());
    Open scrubbed = new Open(stage.recipe(), stage.runner(), stage.bank(), ++epoch);
    open.put(stage.recipe().program().program(), scrubbed);
    return scrubbed;
  }

  /// The stage is not made ready when the device opens again.
  void forget(long program) {
    recipes.remove(program);
  }

  void unload(long program) {
    forget(program);
    Open gone = open.remove(program);
    if (gone != null) {
      gone.runner().program().close();
      gone.bank().close();
    }
  }

  /// What is open and is to be closed now; from here on nothing is.
  List<AutoCloseable> takeOpen() {
    List<AutoCloseable> taken = new ArrayList<>();
    open.values().forEach(stage -> taken.add(stage.runner().program()));
    open.values().forEach(stage -> taken.add(stage.bank()));
    open.clear();
    return taken;
  }
}
