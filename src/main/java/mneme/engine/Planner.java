package mneme.engine;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.device.ProgramSize;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.PoolSpace;
import mneme.memory.SlabSizing;
import mneme.schedule.Placement;
import mneme.schedule.WhatIf;

/// Says what a device can serve of a model, from its header alone.
public final class Planner {
  private static final int SHORTEST = 512;

  /// A device that holds no prompt of one token and an answer of one holds nothing.
  private static final int LEAST_TOKENS = 2;

  private final EngineSettings settings;

  Planner(EngineSettings settings) {
    this.settings = settings;
  }

  EngineSettings settings() {
    return settings;
  }

  /// With the keys below `mneme.engine`.
  public static Planner of(Config config) {
    return new Planner(EngineSettings.of(config));
  }

  /// What is asked for.
  ///
  /// @param tokens of each sequence; empty: the whole context
  public record Query(Optional<Integer> tokens, int users) {}

  /// The model that it is asked of.
  public record Subject(String name, Graph graph, MemoryPlan plan, int contextTokens) {
    Forecast.Layout layout() {
      List<Forecast.Group> groups =
          plan.groups().stream()
              .map(group ->
                  new Forecast.Group(group.pageBytes(), group.needs().size(), group.windowTokens()))
              .toList();
      return new Forecast.Layout(contextTokens, plan.pageTokens(), groups, plan.stateBytes());
    }
  }

  /// A device as it is.
  ///
  /// @param size of the model's program on it
  /// @param room what the node has put there
  /// @param pool as it is cut, if the model is there or would join others
  record Ground(DeviceInfo info, ProgramSize size, Placement.Room room, Optional<PoolShape> pool) {}

  /// For a device that nothing runs on.
  public Forecast forecast(Subject subject, Device device, Query query) {
    ProgramSize size =
        device.measure(
            subject.graph(), subject.plan(), settings.numerics(), settings.largestStep());
    DeviceInfo info = device.info();
    Placement.Room room =
        new Placement.Room(info.id(), info.freeBytes(), info.partBytes(), 0, List.of());
    Ground ground = new Ground(info, size, room, Optional.empty());
    return new Forecast(
        subject.name(), false, subject.layout(), List.of(onDevice(subject, ground, query)));
  }

  /// For a device where the model is not: the pool is the one that the node would choose.
  Forecast.OnDevice onDevice(Subject subject, Ground ground, Query query) {
    return switch (new Placement(settings.pool())
        .choose(demand(subject, ground), List.of(ground.room()))) {
      case Placement.Nowhere(var why) -> refused(ground, why);
      case Placement.Chosen chosen ->
          inPool(subject, ground, shape(ground, chosen, subject.plan()), query);
    };
  }

  /// For a model that is split, or would be.
  ///
  /// @param plan with a bank for each part
  /// @param freeBytes of its devices together
  record Split(String devices, MemoryPlan plan, PoolShape pool, ProgramSize size, long freeBytes) {}

  /// The layout of pages is the whole model's; what fits is asked of every bank.
  Forecast.OnDevice over(Subject subject, Split split, Query query) {
    int chunkTokens = settings.limits().chunkTokens();
    WhatIf banks = new WhatIf(split.plan(), split.pool(), chunkTokens);
    WhatIf pages = new WhatIf(subject.plan(), split.pool(), chunkTokens);
    int tokens = query.tokens().orElse(subject.contextTokens());
    List<Forecast.Length> lengths =
        lengths(pages, subject.contextTokens(), tokens).stream()
            .map(row ->
                new Forecast.Length(
                    row.tokens(),
                    row.pageBytes(),
                    row.stateBytes(),
                    row.peakBytes(),
                    banks.row(row.tokens()).sequences()))
            .toList();
    return new Forecast.OnDevice(
        split.devices(),
        "split by layers",
        bytes(split.freeBytes(), split.size(), split.pool()),
        lengths,
        Optional.of(crowd(banks.crowd(query.users(), tokens))),
        Optional.empty());
  }

  /// For the device where the model is.
  Forecast.OnDevice there(Subject subject, Ground ground, Query query) {
    return inPool(subject, ground, ground.pool().orElseThrow(), query);
  }

  private Placement.Demand demand(Subject subject, Ground ground) {
    Placement.Size size =
        new Placement.Size(ground.size().weightBytes(), ground.size().scratchBytes());
    return new Placement.Demand(
        Map.of(ground.room().device(), size),
        subject.plan(),
        subject.contextTokens(),
        LEAST_TOKENS,
        settings.limits().chunkTokens());
  }

  private Forecast.OnDevice refused(Ground ground, String why) {
    return new Forecast.OnDevice(
        ground.info().id(),
        ground.info().name(),
        new Forecast.Bytes(
            ground.info().freeBytes(),
            ground.size().weightBytes(),
            ground.size().scratchBytes(),
            0,
            0,
            0,
            0),
        List.of(),
        Optional.empty(),
        Optional.of(why));
  }

  private Forecast.OnDevice inPool(Subject subject, Ground ground, PoolShape shape, Query query) {
    WhatIf whatIf = new WhatIf(subject.plan(), shape, settings.limits().chunkTokens());
    int tokens = query.tokens().orElse(subject.contextTokens());
    return new Forecast.OnDevice(
        ground.info().id(),
        ground.info().name(),
        bytes(ground.info().freeBytes(), ground.size(), shape),
        lengths(whatIf, subject.contextTokens(), tokens),
        Optional.of(crowd(whatIf.crowd(query.users(), tokens))),
        Optional.empty());
  }

  /// The pool that is open, cut anew if it must be, or the one that would be opened.
  private static PoolShape shape(Ground ground, Placement.Chosen chosen, MemoryPlan plan) {
    return ground
        .pool()
        .filter(shape -> chosen.leaving().isEmpty() && largestObject(plan) <= shape.slabBytes())
        .orElseGet(() ->
            SlabSizing.of(
                new PoolSpace(chosen.poolBytes(), ground.room().partBytes()), List.of(plan)));
  }

  private static long largestObject(MemoryPlan plan) {
    long largest = 0;
    for (MemoryPlan.Group group : plan.groups()) {
      largest = Math.max(largest, group.pageBytes());
    }
    for (MemoryPlan.Block state : plan.states()) {
      largest = Math.max(largest, state.bytes());
    }
    return largest;
  }

  private Forecast.Bytes bytes(long freeBytes, ProgramSize size, PoolShape shape) {
    return new Forecast.Bytes(
        freeBytes,
        size.weightBytes(),
        size.scratchBytes(),
        shape.bytes(),
        (long) (shape.bytes() * settings.checkpointShare()),
        shape.slabs(),
        shape.slabBytes());
  }

  private static List<Forecast.Length> lengths(WhatIf whatIf, int contextTokens, int asked) {
    List<WhatIf.Row> rows =
        new ArrayList<>(whatIf.table(Math.min(SHORTEST, contextTokens), contextTokens));
    if (rows.stream().noneMatch(row -> row.tokens() == asked)) {
      rows.add(whatIf.row(asked));
    }
    return rows.stream()
        .map(row ->
            new Forecast.Length(
                row.tokens(), row.pageBytes(), row.stateBytes(), row.peakBytes(), row.sequences()))
        .toList();
  }

  private static Forecast.Crowd crowd(WhatIf.Crowd crowd) {
    return new Forecast.Crowd(
        crowd.sequences(),
        crowd.tokens(),
        crowd.pageBytes(),
        crowd.stateBytes(),
        crowd.slabs(),
        crowd.fits());
  }
}
