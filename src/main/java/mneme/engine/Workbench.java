package mneme.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.Numerics;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An open device with its pool and programs, and what it takes to open all of it again after a
/// crash. Only the worker's thread touches it; it outlives the worker's incarnations.
final class Workbench {
  /// A graph to make ready, under a number that no other load of the node has.
  record Recipe(long program, Graph graph, MemoryPlan plan, Numerics numerics) {}

  private static final Logger LOG = LoggerFactory.getLogger(Workbench.class);

  /// Failures in a row after which a device is given up.
  private static final int MOST_FAILURES = 4;

  private final Outfit outfit;
  private final Map<Long, Recipe> recipes = new LinkedHashMap<>();
  private final Map<Long, StepRunner> runners = new LinkedHashMap<>();
  private Stages stages = new Stages();
  private @Nullable Device device;
  private @Nullable DevicePool pool;
  private long poolBytes;
  private long freeBytes;
  private long partBytes;
  private double bytesPerSecond;
  private long epoch;
  private int failures;

  Workbench(Outfit outfit) {
    this.outfit = outfit;
    epoch = Station.firstEpoch(outfit.number());
  }

  /// A bench for the same programs under a later epoch, to use instead of this one, whose thread
  /// does not come back. Nothing that is open here is shared.
  Workbench successor() {
    Workbench next = new Workbench(outfit);
    next.recipes.putAll(recipes);
    next.stages = stages.successor();
    next.epoch = epoch;
    next.poolBytes = recipes.isEmpty() ? 0 : poolBytes;
    return next;
  }

  /// Counts how often the device was opened; what was leased in an earlier epoch is void.
  long epoch() {
    return epoch;
  }

  /// Of the device, when it was opened and nothing of ours was on it.
  long freeBytes() {
    return freeBytes;
  }

  /// Of each part of a pool of the device.
  long partBytes() {
    return partBytes;
  }

  /// By which the device is preferred to others; 0: its place says so.
  double bytesPerSecond() {
    return bytesPerSecond;
  }

  /// What everything of ours on the device takes; empty where nobody counts.
  OptionalLong allocatedBytes() {
    return device == null ? OptionalLong.empty() : device.allocatedBytes();
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

  /// Opens the device, and again all that was open before a crash.
  void open() {
    close();
    epoch++;
    Device opened = outfit.opening().get();
    device = opened;
    freeBytes = opened.info().freeBytes();
    partBytes = opened.info().partBytes();
    bytesPerSecond = outfit.speed().applyAsDouble(opened);
    for (Recipe recipe : List.copyOf(recipes.values())) {
      try {
        make(opened, recipe);
      } catch (IllegalStateException _) {
        recipes.remove(recipe.program()); // its file was closed: nobody wants it any more
      }
    }
    stages.open(opened);
    if (poolBytes > 0) {
      pool = opened.openPool(poolBytes);
    }
  }

  /// The stages here of models that are split.
  Stages stages() {
    return stages;
  }

  /// Makes a stage ready, with a bank of its own.
  Stages.Open prepare(Stages.Recipe recipe) {
    return stages.prepare(Objects.requireNonNull(device), recipe);
  }

  /// Does what the step asks of the pool, and runs it; skips all of it if its memory or its model
  /// is not here any more.
  List<Outcome> run(Worker.Step step, Map<Long, Draft> drafts) {
    StepRunner runner = runners.get(step.plan().program());
    if (runner == null || step.epoch() != epoch) {
      return StepRunner.skipped(step.runs());
    }
    Chores.run(step.chores(), pool());
    return runner.run(step.runs(), pool(), drafts, null);
  }

  /// Makes a graph ready; the first one also opens the pool.
  ///
  /// @param newPoolBytes of the pool, if none is open
  /// @return bytes of its weights
  long prepare(Recipe recipe, long newPoolBytes) {
    Device opened = Objects.requireNonNull(device);
    StepRunner runner = make(opened, recipe);
    recipes.put(recipe.program(), recipe);
    try {
      if (pool == null) {
        pool = opened.openPool(newPoolBytes);
        poolBytes = newPoolBytes;
        epoch++;
      }
    } catch (RuntimeException e) {
      unload(recipe.program());
      throw e;
    }
    return runner.program().weightBytes();
  }

  /// A graph that the device cannot run must not cost the streams that run on it.
  Worker.Measured measure(Worker.Measure question) {
    Device opened = Objects.requireNonNull(device);
    Optional<ProgramSize> size;
    try {
      size =
          Optional.of(
              opened.measure(
                  question.graph(), question.plan(), question.numerics(), question.largest()));
    } catch (RuntimeException | LinkageError e) {
      System.getLogger(Workbench.class.getName())
          .log(System.Logger.Level.WARNING, outfit.id() + " cannot run a model", e);
      size = Optional.empty();
    }
    return new Worker.Measured(opened.info(), size);
  }

  /// What each of the segments of a model takes; a device that cannot run one runs none.
  Worker.MeasuredSegments measure(Worker.MeasureSegments question) {
    Device opened = Objects.requireNonNull(device);
    StepSize largest = question.largest();
    StepSize allRows = new StepSize(largest.rows(), largest.rows());
    List<ProgramSize> sizes = new ArrayList<>();
    try {
      for (Graph segment : question.segments()) {
        boolean isLast = sizes.size() == question.segments().size() - 1;
        sizes.add(
            opened.measure(
                segment, question.plan(), question.numerics(), isLast ? largest : allRows));
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("device {} cannot run a part of a model", outfit.id(), e);
      sizes.clear();
    }
    return new Worker.MeasuredSegments(sizes);
  }

  /// The last one that goes takes the pool with it.
  void unload(long program) {
    stages.unload(program);
    recipes.remove(program);
    StepRunner runner = runners.remove(program);
    if (runner != null) {
      runner.program().close();
    }
    if (recipes.isEmpty()) {
      closePool();
      poolBytes = 0;
    }
  }

  /// The program is not made ready when the device opens again.
  void forget(long program) {
    stages.forget(program);
    recipes.remove(program);
  }

  private void closePool() {
    if (pool != null) {
      pool.close();
      pool = null;
    }
  }

  /// A step failed. Whether the device is not to be relied on: it says so, or nothing has gone well
  /// for some time.
  boolean isLost(boolean saysSo) {
    failures++;
    return saysSo || failures >= MOST_FAILURES;
  }

  void succeeded() {
    failures = 0;
  }

  /// After this nothing is open, even if closing failed; a lost device may refuse.
  void close() {
    List<AutoCloseable> open = new ArrayList<>();
    runners.values().forEach(runner -> open.add(runner.program()));
    open.addAll(stages.takeOpen());
    Stream.of(pool, device).filter(Objects::nonNull).forEach(open::add);
    runners.clear();
    pool = null;
    device = null;
    open.forEach(this::close);
  }

  private void close(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      LOG.warn("closing what was open on device {} failed", outfit.id(), e);
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
