package mneme.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.Numerics;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.jspecify.annotations.Nullable;

/// An open device with its pool and programs, and what it takes to open all of it again after a
/// crash. Only the worker's thread touches it; it outlives the worker's incarnations.
final class Workbench {
  /// A graph to make ready, under a number that no other load of the node has.
  record Recipe(long program, Graph graph, MemoryPlan plan, Numerics numerics) {}

  private final Outfit outfit;
  private final PoolSize poolSize;
  private final Map<Long, Recipe> recipes = new LinkedHashMap<>();
  private final Map<Long, StepRunner> runners = new LinkedHashMap<>();
  private @Nullable Device device;
  private @Nullable DevicePool pool;
  private long poolBytes;
  private long epoch;

  Workbench(Outfit outfit, PoolSize poolSize) {
    this.outfit = outfit;
    this.poolSize = poolSize;
  }

  /// Counts how often the device was opened; what was leased in an earlier epoch is void.
  long epoch() {
    return epoch;
  }

  /// Bytes of the open pool; 0 until the first model is ready.
  long poolBytes() {
    return pool == null ? 0 : poolBytes;
  }

  /// What is leased from now on belongs to a new opening.
  void nextEpoch() {
    epoch++;
  }

  /// Memory plans of all programs.
  List<MemoryPlan> plans() {
    return recipes.values().stream().map(Recipe::plan).toList();
  }

  DevicePool pool() {
    return Objects.requireNonNull(pool, "no model is ready on this device yet");
  }

  @Nullable StepRunner runner(long program) {
    return runners.get(program);
  }

  /// Opens the device, and again all that was open before a crash.
  void open() {
    close();
    epoch++;
    Device opened = outfit.opening().get();
    device = opened;
    recipes.values().forEach(recipe -> make(opened, recipe));
    if (poolBytes > 0) {
      pool = opened.openPool(poolBytes);
    }
  }

  /// Makes a graph ready; the first one also opens the pool, from what memory is left then.
  ///
  /// @return bytes of its weights
  long prepare(Recipe recipe) {
    Device opened = Objects.requireNonNull(device);
    StepRunner runner = make(opened, recipe);
    if (pool == null) {
      poolBytes = poolSize.bytes(opened.info());
      pool = opened.openPool(poolBytes);
    }
    recipes.put(recipe.program(), recipe);
    return runner.program().weightBytes();
  }

  void unload(long program) {
    recipes.remove(program);
    StepRunner runner = runners.remove(program);
    if (runner != null) {
      runner.program().close();
    }
  }

  /// After this nothing is open, even if closing failed; a lost device may refuse.
  void close() {
    runners.values().forEach(runner -> runner.program().close());
    runners.clear();
    if (pool != null) {
      pool.close();
      pool = null;
    }
    if (device != null) {
      device.close();
      device = null;
    }
  }

  private StepRunner make(Device opened, Recipe recipe) {
    StepRunner runner =
        new StepRunner(
            opened.prepare(recipe.graph(), recipe.plan(), recipe.numerics()),
            recipe.graph().vocabulary());
    runners.put(recipe.program(), runner);
    return runner;
  }
}
