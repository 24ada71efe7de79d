package mneme.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.schedule.Division;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/// The models of a node that are split over several devices. Each has a station of its own: a pool
/// with a bank on each of its devices, and a relay in the place of a worker.
final class Splits {
  private final ActorContext<Node.Command> context;
  private final Map<String, Station> devices;
  private final ModelHost.House house;
  private final Map<Integer, Station> stations = new LinkedHashMap<>();
  private final Map<Integer, Route> routes = new HashMap<>();
  private final StationNumbers numbers;

  /// @param devices stations of the devices, by their ids
  Splits(ActorContext<Node.Command> context, Map<String, Station> devices, ModelHost.House house) {
    this.context = context;
    this.devices = devices;
    this.house = house;
    numbers = new StationNumbers(devices.size());
  }

  List<Station> stations() {
    return List.copyOf(stations.values());
  }

  /// Why no more models can be split; empty if they can.
  Optional<String> refusal() {
    return numbers.areAllIn(stations.keySet())
        ? Optional.of(
            "it cannot be split, as %d models are already, the most for %d devices"
                .formatted(stations.size(), devices.size()))
        : Optional.empty();
  }

  /// A station for the parts of `model`, on the devices that they were given.
  Landing.Placed open(Segments model, Division.Divided divided, long program) {
    List<Graph> graphs = model.parts(divided.parts().stream().map(Division.Part::ends).toList());
    List<Route.Stage> stages = new ArrayList<>();
    long scratchBytes = 0;
    long poolBytes = 0;
    for (int i = 0; i < graphs.size(); i++) {
      Division.Part part = divided.parts().get(i);
      ActorRef<Worker.Command> worker = Objects.requireNonNull(devices.get(part.device())).worker();
      stages.add(new Route.Stage(part.device(), worker, graphs.get(i), part.bank()));
      scratchBytes += part.size().scratchBytes();
      poolBytes += part.bank().bytes();
    }
    Station station = spawn(id(divided), stages, divided.plan(), program);
    return new Landing.Placed(
        program, station, divided.plan(), scratchBytes, poolBytes, divided.sentence());
  }

  /// The devices of a division, as one name.
  static String id(Division.Divided divided) {
    return divided.parts().stream().map(Division.Part::device).collect(Collectors.joining("+"));
  }

  private Station spawn(String id, List<Route.Stage> stages, MemoryPlan plan, long program) {
    int number = numbers.next(stations.keySet()).orElseThrow();
    ActorRef<MemoryPool.Command> pool =
        context.spawn(MemoryPool.create(house.vaults().get()), "pool-of-" + program);
    Route route = new Route(number, program, stages, plan, pool, house.node(), house.nowNs());
    ActorRef<Worker.Command> relay = context.spawn(Relay.create(route), "relay-" + program);
    context.watchWith(relay, new Node.RelayDied(number));
    boolean isTaken = stations.values().stream().anyMatch(one -> one.device().equals(id));
    Station station =
        new Station(
            number,
            isTaken ? id + "#" + number : id,
            stages.stream().map(Route.Stage::device).toList(),
            pool,
            relay);
    stations.put(number, station);
    routes.put(number, route);
    return station;
  }

  /// A relay has failed: nobody else tells the devices to let go of its stages. Returns the station
  /// that it had.
  @Nullable Station abandon(int number) {
    Route route = routes.get(number);
    if (route != null) {
      route.unload(context.getSystem().ignoreRef());
    }
    return close(number);
  }

  /// A model has left its devices. Returns the station that it had.
  @Nullable Station close(int number) {
    routes.remove(number);
    Station station = stations.remove(number);
    if (station != null) {
      context.unwatch(station.worker());
      context.stop(station.worker());
      context.stop(station.pool());
    }
    return station;
  }
}
