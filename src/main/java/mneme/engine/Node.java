package mneme.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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

  /// From a host that will stop and has nothing on any device: it is answered with
  /// [ModelHost.Close], behind all that was sent to it before.
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

  /// From an annex: its host's model wants so many bytes more on its device; answered with
  /// [Annex.Extended] or [Annex.NotExtended].
  record Extend(ActorRef<ModelHost.Command> host, long bytes, ActorRef<Annex.Command> replyTo)
      implements Command {}

  /// From a host: no stream uses its model any more.
  record Idle(ActorRef<ModelHost.Command> host) implements Command {}

  /// From a host that was asked to leave: its model is in use again.
  record Stays(ActorRef<ModelHost.Command> host) implements Command {}

  /// From a worker, each time it has opened its device.
  ///
  /// @param partBytes of each part of a pool there
  /// @param bytesPerSecond by which it is preferred to others; 0: its place says so
  record DeviceOpened(String device, long freeBytes, long partBytes, double bytesPerSecond)
      implements Command {}

  /// From a worker: its device does not open, or is not to be relied on.
  ///
  /// @param isForGood whether it is never opened again
  record DeviceFailed(String device, String why, boolean isForGood) implements Command {}

  /// From a worker, when it has changed: everything of ours on its device takes so many bytes.
  record DeviceHolds(String device, long bytes) implements Command {}

  record Measured(Applicant applicant, String device, Worker.Measured answer) implements Command {}

  record MeasuredSegments(Applicant applicant, String device, Worker.MeasuredSegments answer)
      implements Command {}

  /// From a relay: nothing is left of its model on any device.
  record Disbanded(int station) implements Command {}

  /// A relay has failed.
  record RelayDied(int station) implements Command {}

  private record HostGone(String model, ActorRef<ModelHost.Command> host) implements Command {}

  /// Whom to ask about what.
  ///
  /// @param stations of the devices
  /// @param splits of the models that are split
  /// @param rooms the devices that are open, and what of them is taken
  /// @param devices what the workers say of them
  record Directory(
      List<Station> stations,
      List<Station> splits,
      Map<String, ActorRef<ModelHost.Command>> hosts,
      List<Placement.Room> rooms,
      List<Snapshot.Device> devices) {
    Directory {
      devices = List.copyOf(devices);
      stations = List.copyOf(stations);
      splits = List.copyOf(splits);
      hosts = new LinkedHashMap<>(hosts);
      rooms = List.copyOf(rooms);
    }

    boolean isOpen(String device) {
      return rooms.stream().anyMatch(room -> room.device().equals(device));
    }
  }

  /// What a node runs on.
  ///
  /// @param devices the preferred first
  /// @param nowNs a clock that only moves forward
  /// @param vaults makes one for the pool of a model that is split
  record Ground(
      Loader loader,
      EngineSettings settings,
      List<Outfit> devices,
      LongSupplier nowNs,
      Supplier<Vault> vaults) {
    Ground {
      devices = List.copyOf(devices);
    }

    Ground(Loader loader, EngineSettings settings, List<Outfit> devices, LongSupplier nowNs) {
      this(loader, settings, devices, nowNs, () -> Vault.of(settings));
    }
  }

  private final Map<String, ActorRef<ModelHost.Command>> hosts = new LinkedHashMap<>();
  private final Map<String, Station> stations = new LinkedHashMap<>();
  private final Residents residents;
  private final DeviceStates states;
  private final Reception reception;
  private final ModelHost.House house;
  private long sequences;
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
    residents = new Residents(ground.settings().pool(), caps, ground.nowNs());
    states = residents.states();
    house =
        new ModelHost.House(
            context.getSelf(), ground.loader(), ground.settings(), ground.nowNs(), ground.vaults());
    reception = new Reception(context, stations, residents, house);
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
    return new Station(outfit.number(), outfit.id(), List.of(outfit.id()), pool, worker);
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Generate generate -> onGenerate(generate);
      case Load(var model, var keepAlive, var replyTo) ->
          host(model).tell(new ModelHost.Load(keepAlive, replyTo));
      case Inspect(var replyTo) ->
          replyTo.tell(
              new Directory(
                  List.copyOf(stations.values()),
                  reception.splits().stations(),
                  hosts,
                  residents.rooms(),
                  states.all()));
      case Leave(var model, var host) -> {
        hosts.remove(model, host);
        residents.gone(host);
        host.tell(ModelHost.Close.NOW);
        reception.leave(host);
      }
      case HostGone(var model, var host) -> onGone(model, host);
      case Place place -> {
        reception.leave(place.host());
        reception.enter(place);
      }
      case Measured(var applicant, var device, var answer) -> {
        answer
            .size()
            .ifPresentOrElse(
                size -> applicant.measured(device, size), () -> applicant.cannotGoTo(device));
        reception.serve();
      }
      case MeasuredSegments(var applicant, var device, var answer) -> {
        applicant.segments().measured(device, answer.sizes());
        reception.serve();
      }
      case Disbanded(var station) -> reception.splits().close(station);
      case RelayDied(var station) -> onRelayDied(station);
      case Settled(var host, var bytes, var loadNs) -> residents.settled(host, bytes, loadNs);
      case Idle(var host) -> residents.idle(host);
      case Extend extend -> reception.extend(extend);
      case Stays(var host) -> {
        residents.stays(host);
        reception.serve();
      }
      case DeviceOpened(var device, var free, var part, var speed) -> {
        residents.opened(device, free, part, speed);
        states.opened(device, free);
        reception.reopened(device);
      }
      case DeviceFailed failed -> onFailed(failed);
      case DeviceHolds(var device, var bytes) -> states.holds(device, bytes);
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
    residents.gone(host);
    reception.leave(host);
  }

  /// Models that were there are loaded on another device, if one holds them.
  private void onFailed(DeviceFailed failed) {
    String device = failed.device();
    if (failed.isForGood() || residents.isOpen(device) || residents.isWaiting()) {
      String until = failed.isForGood() ? "any more" : "for now";
      getContext().getLog().warn("device {} is not used {}: {}", device, until, failed.why());
    }
    states.failed(device, failed.why());
    if (failed.isForGood()) {
      tellGone(device, failed.why());
    }
    residents.failed(device).forEach(host -> host.tell(ModelHost.Evacuate.NOW));
    reception.serve();
  }

  /// A host may wait for a device that the books do not show it on any more.
  private void tellGone(String device, String why) {
    hosts.values().forEach(host -> host.tell(new ModelHost.Gone(device, why)));
  }

  /// The model is brought to devices anew.
  private void onRelayDied(int number) {
    Station station = reception.splits().abandon(number);
    if (station != null) {
      getContext().getLog().error("the relay of {} has failed", station.device());
      tellGone(station.device(), "its relay has failed");
      residents.splitOver(station.devices()).forEach(host -> host.tell(ModelHost.Evacuate.NOW));
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
