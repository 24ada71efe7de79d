package mneme.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import mneme.schedule.Placement;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// The root of one node: a pool and a worker for each of its devices, and a host for every model in
/// use.
public final class Node extends AbstractMatchingBehavior<Node.Command> {
  public sealed interface Command {}

  /// @param choices how many streams for one prompt; number `i` draws with the seed plus `i`
  record Generate(Completion completion, int choices, ActorRef<Reader.Message> reader)
      implements Command {}

  record Load(String model, Optional<Duration> keepAlive, ActorRef<ModelHost.Loading> replyTo)
      implements Command {}

  record Inspect(ActorRef<Directory> replyTo) implements Command {}

  /// From a host that will stop: it is answered with [ModelHost.Close], behind all that was sent to
  /// it before.
  record Leave(String model, ActorRef<ModelHost.Command> host) implements Command {}

  /// Where to put a host's model; answered with [Landing.Placed] or [Landing.Unplaced], perhaps not
  /// before others have left.
  ///
  /// @param leastTokens a device that holds no sequence so long is of no use
  /// @param without devices that could not take it
  record Place(
      ActorRef<ModelHost.Command> host,
      Blueprint blueprint,
      int leastTokens,
      Set<String> without,
      ActorRef<Landing.Command> replyTo)
      implements Command {
    Place {
      without = Set.copyOf(without);
    }
  }

  /// From a host: its model takes so many bytes where it was put, and took so long to load.
  record Settled(ActorRef<ModelHost.Command> host, long bytes, long loadNs) implements Command {}

  /// From a host: no stream uses its model any more.
  record Idle(ActorRef<ModelHost.Command> host) implements Command {}

  /// From a host that was asked to leave: its model is in use again.
  record Stays(ActorRef<ModelHost.Command> host) implements Command {}

  /// From a worker, each time it has opened its device.
  record DeviceOpened(String device, long freeBytes, long largestBytes) implements Command {}

  /// From a worker: its device does not open, or is not to be relied on.
  record DeviceFailed(String device, String why) implements Command {}

  private record Measured(Applicant applicant, String device, Worker.Measured answer)
      implements Command {}

  private record HostGone(String model, ActorRef<ModelHost.Command> host) implements Command {}

  /// Whom to ask about what.
  ///
  /// @param rooms the devices that are open, and what of them is taken
  record Directory(
      List<Station> stations,
      Map<String, ActorRef<ModelHost.Command>> hosts,
      List<Placement.Room> rooms) {
    Directory {
      stations = List.copyOf(stations);
      hosts = new LinkedHashMap<>(hosts);
      rooms = List.copyOf(rooms);
    }
  }

  /// What a node runs on.
  ///
  /// @param devices the preferred first
  /// @param nowNs a clock that only moves forward
  record Ground(Loader loader, EngineSettings settings, List<Outfit> devices, LongSupplier nowNs) {
    Ground {
      devices = List.copyOf(devices);
    }
  }

  private final Map<String, ActorRef<ModelHost.Command>> hosts = new LinkedHashMap<>();
  private final Map<String, Station> stations = new LinkedHashMap<>();
  private final Residents residents;
  private final List<Applicant> applicants = new ArrayList<>();
  private final ModelHost.House house;
  private long sequences;
  private long programs;
  private long spawned;

  static Behavior<Command> create(Ground ground) {
    return Behaviors.setup(context -> new Node(context, ground));
  }

  private Node(ActorContext<Command> context, Ground ground) {
    super(context);
    Map<String, Long> caps = new LinkedHashMap<>();
    for (Outfit outfit : ground.devices()) {
      stations.put(outfit.id(), station(outfit, ground));
      caps.put(outfit.id(), outfit.mostBytes());
    }
    residents = new Residents(new Placement(ground.settings().pool()), caps, ground.nowNs());
    house =
        new ModelHost.House(context.getSelf(), ground.loader(), ground.settings(), ground.nowNs());
  }

  private Station station(Outfit outfit, Ground ground) {
    String name = outfit.id().replace(':', '-');
    ActorRef<MemoryPool.Command> pool =
        getContext().spawn(MemoryPool.create(outfit.vault()), "pool-" + name);
    Watchdog.Staff staff =
        new Watchdog.Staff(
            outfit.id(), pool, getContext().getSelf(), ground.settings(), ground.nowNs());
    ActorRef<Worker.Command> worker =
        getContext().spawn(Watchdog.create(new Workbench(outfit), staff), "worker-" + name);
    getContext().watch(worker);
    return new Station(outfit.number(), outfit.id(), pool, worker);
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Generate generate -> onGenerate(generate);
      case Load(var model, var keepAlive, var replyTo) ->
          host(model).tell(new ModelHost.Load(keepAlive, replyTo));
      case Inspect(var replyTo) ->
          replyTo.tell(new Directory(List.copyOf(stations.values()), hosts, residents.rooms()));
      case Leave(var model, var host) -> {
        hosts.remove(model, host);
        host.tell(ModelHost.Close.NOW);
      }
      case HostGone(var model, var host) -> onGone(model, host);
      case Place place -> {
        applicants.removeIf(earlier -> earlier.place().host().equals(place.host()));
        applicants.add(new Applicant(place));
        answer();
      }
      case Measured(var applicant, var device, var answer) -> {
        answer
            .size()
            .ifPresentOrElse(
                size -> applicant.measured(device, size), () -> applicant.cannotGoTo(device));
        answer();
      }
      case Settled(var host, var bytes, var loadNs) -> residents.settled(host, bytes, loadNs);
      case Idle(var host) -> residents.idle(host);
      case Stays(var host) -> {
        residents.stays(host);
        answer();
      }
      case DeviceOpened(var device, var free, var largest) -> {
        residents.opened(device, free, largest);
        applicants.forEach(applicant -> applicant.reopened(device));
        answer();
      }
      case DeviceFailed(var device, var why) -> onFailed(device, why);
    }
    return this;
  }

  private void onGenerate(Generate generate) {
    host(generate.completion().model())
        .tell(new ModelHost.Generate(sequences + 1, generate, house.nowNs().getAsLong()));
    sequences += generate.choices();
  }

  private void onGone(String model, ActorRef<ModelHost.Command> host) {
    hosts.remove(model, host);
    applicants.removeIf(applicant -> applicant.place().host().equals(host));
    residents.gone(host);
    answer();
  }

  /// Models that were there are loaded on another device, if one holds them.
  private void onFailed(String device, String why) {
    if (residents.isOpen(device) || residents.isWaiting()) {
      getContext().getLog().warn("device {} is not used for now: {}", device, why);
    }
    residents.failed(device).forEach(host -> host.tell(ModelHost.Evacuate.NOW));
    answer();
  }

  /// In the order in which they were asked; while someone is leaving, all wait.
  private void answer() {
    while (!applicants.isEmpty() && !residents.isWaiting() && !residents.isEmptying()) {
      Applicant first = applicants.getFirst();
      List<Station> unknown =
          stations.values().stream()
              .filter(
                  station -> residents.isOpen(station.device()) && !first.knows(station.device()))
              .toList();
      unknown.forEach(station -> measure(first, station));
      if (!unknown.isEmpty()) {
        return;
      }
      place(first);
    }
  }

  private void measure(Applicant applicant, Station at) {
    if (!applicant.asks(at.device())) {
      return;
    }
    ActorRef<Command> self = getContext().getSelf();
    ActorRef<Worker.Measured> replyTo =
        getContext()
            .spawnAnonymous(
                Behaviors.receiveMessage(answer -> {
                  self.tell(new Measured(applicant, at.device(), answer));
                  return Behaviors.stopped();
                }));
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

  private void place(Applicant applicant) {
    Placement.Demand demand = applicant.demand(house.settings().limits().chunkTokens());
    Place place = applicant.place();
    switch (residents.place(place.host(), demand, applicant.without())) {
      case Residents.Answer.On(var device, var poolBytes, var why) -> {
        applicants.remove(applicant);
        Station station = Objects.requireNonNull(stations.get(device));
        long scratch = Objects.requireNonNull(demand.sizes().get(device)).scratchBytes();
        place.replyTo().tell(new Landing.Placed(++programs, station, scratch, poolBytes, why));
      }
      case Residents.Answer.Nowhere(var why) -> {
        applicants.remove(applicant);
        place.replyTo().tell(new Landing.Unplaced(why));
      }
      case Residents.Answer.After(var leaving) ->
          leaving.forEach(host -> host.tell(ModelHost.Vacate.NOW));
    }
  }

  private ActorRef<ModelHost.Command> host(String model) {
    ActorRef<ModelHost.Command> host =
        hosts.computeIfAbsent(
            model.endsWith(":latest") ? model.substring(0, model.lastIndexOf(':')) : model,
            this::spawn);
    residents.used(host);
    return host;
  }

  private ActorRef<ModelHost.Command> spawn(String model) {
    spawned++;
    ActorRef<ModelHost.Command> host =
        getContext().spawn(ModelHost.create(model, house), "model-" + spawned);
    getContext().watchWith(host, new HostGone(model, host));
    return host;
  }
}
