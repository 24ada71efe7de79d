package mneme.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.device.ProgramSize;
import mneme.memory.PoolShape;
import mneme.memory.SlabSizing;
import mneme.schedule.Division;
import mneme.schedule.Placement;
import org.apache.pekko.actor.typed.ActorRef;

/// What several devices together can serve of a model, before or after it is split over them.
final class SplitForecast {
  private static final int LEAST_TOKENS = 2;

  private final Planner planner;
  private final Blueprint blueprint;
  private final Planner.Query query;
  private final Segments segments;

  SplitForecast(Planner planner, Blueprint blueprint, Planner.Query query) {
    this.planner = planner;
    this.blueprint = blueprint;
    this.query = query;
    segments = new Segments(blueprint);
  }

  /// Of the model as it is split now, if it is.
  Optional<Forecast.OnDevice> loaded(
      List<HostReport> reports, Map<String, MemoryPool.Books> books) {
    String name = blueprint.model().name();
    return reports.stream()
        .filter(report ->
            report.running().filter(running -> running.model().name().equals(name)).isPresent())
        .flatMap(report -> report.berth().stream())
        .findFirst()
        .flatMap(berth ->
            Optional.ofNullable(books.get(berth.station().device()))
                .flatMap(its -> loaded(berth, its)));
  }

  private Optional<Forecast.OnDevice> loaded(Landing.Berth berth, MemoryPool.Books books) {
    ProgramSize size = new ProgramSize(berth.weightBytes(), berth.at().scratchBytes());
    return books
        .shape()
        .filter(shape -> shape.banks().size() > 1)
        .map(shape -> {
          Planner.Split split =
              new Planner.Split(
                  berth.station().device(),
                  berth.at().plan(),
                  shape,
                  size,
                  books.usage().freeBytes());
          return planner.over(blueprint.subject(), split, query);
        });
  }

  boolean isPossible(Node.Directory directory) {
    return directory.rooms().size() > 1 && !segments.isOne();
  }

  Worker.Command question(ActorRef<Worker.SegmentsMeasurement> replyTo) {
    return new Worker.MeasureSegments(
        segments.graphs(),
        blueprint.plan(),
        blueprint.numerics(),
        planner.settings().largestStep(),
        replyTo);
  }

  synchronized void measured(String device, Worker.MeasuredSegments answer) {
    segments.measured(device, answer.sizes());
  }

  /// Of the division that the node would choose.
  synchronized Optional<Forecast.OnDevice> wouldBe(List<Placement.Room> rooms) {
    EngineSettings settings = planner.settings();
    Division.Demand demand =
        segments.demand(
            new Placement.Demand(
                Map.of(),
                blueprint.plan(),
                blueprint.model().contextTokens(),
                LEAST_TOKENS,
                settings.limits().chunkTokens()));
    return new Division(settings.pool())
        .divide(demand, rooms)
        .map(divided -> planner.over(blueprint.subject(), split(divided, rooms), query));
  }

  private static Planner.Split split(Division.Divided divided, List<Placement.Room> rooms) {
    long weightBytes = 0;
    long scratchBytes = 0;
    long freeBytes = 0;
    for (Division.Part part : divided.parts()) {
      weightBytes += part.size().weightBytes();
      scratchBytes += part.size().scratchBytes();
      freeBytes +=
          rooms.stream()
              .filter(room -> room.device().equals(part.device()))
              .mapToLong(Placement.Room::freeBytes)
              .sum();
    }
    PoolShape shape =
        SlabSizing.of(
            divided.parts().stream().map(Division.Part::bank).toList(), List.of(divided.plan()));
    return new Planner.Split(
        Splits.id(divided),
        divided.plan(),
        shape,
        new ProgramSize(weightBytes, scratchBytes),
        freeBytes);
  }
}
