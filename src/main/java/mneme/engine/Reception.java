package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import mneme.memory.MemoryPlan;
import mneme.schedule.Placement;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// Finds devices for the models that ask the node for a place: measures what they take, asks the
/// books, and sends others away where that makes room.
final class Reception {
  private final ActorContext<Node.Command> context;
  private final Map<String, Station> stations;
  private final Residents residents;
  private final ModelHost.House house;
  private final Splits splits;
  private final List<Applicant> applicants = new ArrayList<>();
  private long programs;

  /// @param stations of the devices, by their ids
  Reception(
      ActorContext<Node.Command> context,
      Map<String, Station> stations,
      Residents residents,
      ModelHost.House house) {
    this.context = context;
    this.stations = stations;
    this.residents = residents;
    this.house = house;
    splits = new Splits(context, stations, house);
  }

  Splits splits() {
    return splits;
  }

  void enter(Node.Place place) {
    applicants.add(new Applicant(place));
    serve();
  }

  void extend(Node.Extend extend) {
    Optional<String> refusal = residents.extend(extend.host(), extend.bytes());
    extend
        .replyTo()
        .tell(
            refusal.isEmpty()
                ? new Annex.Extended(++programs)
                : new Annex.NotExtended(refusal.get()));
  }

  /// A host wants no place any more.
  void leave(ActorRef<ModelHost.Command> host) {
    applicants.removeIf(applicant -> applicant.place().host().equals(host));
    serve();
  }

  /// What was asked of a device before may be lost.
  void reopened(String device) {
    applicants.forEach(applicant -> applicant.reopened(device));
    serve();
  }

  /// In the order in which they were asked; while someone is leaving, all wait.
  void serve() {
    while (!applicants.isEmpty() && !residents.isWaiting() && !residents.isEmptying()) {
      Applicant first = applicants.getFirst();
      List<Station> unknown =
          stations.values().stream()
              .filter(
                  station -> residents.isOpen(station.device()) && !first.knows(station.device()))
              .toList();
      unknown.forEach(station -> measure(first, station));
      if (!unknown.isEmpty() || !isPlaced(first)) {
        return;
      }
    }
  }

  private void measure(Applicant applicant, Station at) {
    if (!applicant.asks(at.device())) {
      return;
    }
    ActorRef<Worker.Measurement> replyTo =
        forOneAnswer(answer ->
            switch (answer) {
              case Worker.Measured measured ->
                  Optional.of(new Node.Measured(applicant, at.device(), measured));
              case Worker.Unmeasured _ -> Optional.empty();
            });
    Blueprint blueprint = applicant.place().blueprint();
    at.worker()
        .tell(
            new Worker.Measure(
                blueprint.graph(),
                blueprint.plan(),
                blueprint.numerics(),
                house.settings().largestStep(),
                replyTo));
  }

  /// A worker gives one answer to each question, whatever becomes of it. One that it could not
  /// answer is asked again when its device opens.
  private <T> ActorRef<T> forOneAnswer(Function<T, Optional<Node.Command>> toUs) {
    ActorRef<Node.Command> self = context.getSelf();
    return context.spawnAnonymous(
        Behaviors.<T>receiveMessage(answer -> {
          toUs.apply(answer).ifPresent(self::tell);
          return Behaviors.stopped();
        }));
  }

  /// One device if it serves at least half of the context, else several, else one that serves less.
  /// False if that must wait for something.
  private boolean isPlaced(Applicant applicant) {
    Placement.Demand demand = applicant.demand(house.settings().limits().chunkTokens());
    int half = Math.max(demand.leastTokens(), demand.contextTokens() / 2);
    String why = "";
    for (Placement.Demand wish : List.of(demand.serving(half), demand)) {
      why = "";
      Residents.Answer answer =
          residents.place(applicant.place().host(), wish, applicant.without());
      if (answer instanceof Residents.Answer.Nowhere(var alone) && isDividable(applicant)) {
        if (!isMeasured(applicant)) {
          return false;
        }
        why = alone + "; ";
        answer = divide(applicant, wish);
      }
      switch (answer) {
        case Residents.Answer.On on -> {
          return isSent(applicant, on, demand);
        }
        case Residents.Answer.Over(var divided) when !applicant.isRefusedBy(divided) -> {
          return isSent(applicant, splits.open(applicant.segments(), divided, ++programs));
        }
        case Residents.Answer.After(var leaving) -> {
          leaving.forEach(host -> host.tell(ModelHost.Vacate.NOW));
          return false;
        }
        case Residents.Answer.Over _ -> {}
        case Residents.Answer.Nowhere(var more) -> why += more;
      }
    }
    String faults = residents.states().faults();
    return isSent(
        applicant, new Landing.Unplaced(faults.isEmpty() ? why : why + "; not used: " + faults));
  }

  private Residents.Answer divide(Applicant applicant, Placement.Demand wish) {
    Optional<String> refusal = splits.refusal();
    return refusal.isPresent()
        ? new Residents.Answer.Nowhere(refusal.get())
        : residents.divide(
            applicant.place().host(), applicant.segments().demand(wish), applicant.without());
  }

  private boolean isSent(Applicant applicant, Residents.Answer.On on, Placement.Demand demand) {
    Station station = Objects.requireNonNull(stations.get(on.device()));
    long scratch = Objects.requireNonNull(demand.sizes().get(on.device())).scratchBytes();
    MemoryPlan plan = applicant.place().blueprint().plan();
    return isSent(
        applicant,
        new Landing.Placed(++programs, station, plan, scratch, on.poolBytes(), on.why()));
  }

  private boolean isSent(Applicant applicant, Landing.Command answer) {
    applicants.remove(applicant);
    applicant.place().replyTo().tell(answer);
    return true;
  }

  private boolean isDividable(Applicant applicant) {
    return candidates(applicant).size() > 1 && !applicant.segments().isOne();
  }

  private List<Station> candidates(Applicant applicant) {
    return stations.values().stream()
        .filter(station -> residents.isOpen(station.device()))
        .filter(station -> !applicant.without().contains(station.device()))
        .toList();
  }

  /// Whether it is known what each segment takes of each device; asks those that have not said.
  private boolean isMeasured(Applicant applicant) {
    List<Station> unknown =
        candidates(applicant).stream()
            .filter(station -> !applicant.segments().knows(station.device()))
            .toList();
    unknown.forEach(station -> measureSegments(applicant, station));
    return unknown.isEmpty();
  }

  private void measureSegments(Applicant applicant, Station at) {
    if (!applicant.segments().asks(at.device())) {
      return;
    }
    ActorRef<Worker.SegmentsMeasurement> replyTo =
        forOneAnswer(answer ->
            switch (answer) {
              case Worker.MeasuredSegments measured ->
                  Optional.of(new Node.MeasuredSegments(applicant, at.device(), measured));
              case Worker.Unmeasured _ -> Optional.empty();
            });
    Blueprint blueprint = applicant.place().blueprint();
    at.worker()
        .tell(
            new Worker.MeasureSegments(
                applicant.segments().graphs(),
                blueprint.plan(),
                blueprint.numerics(),
                house.settings().largestStep(),
                replyTo));
  }
}
