package mneme.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import mneme.schedule.Division;
import mneme.schedule.Placement;
import mneme.schedule.PoolSize;
import org.apache.pekko.actor.typed.ActorRef;

/// Which model lives on which device, and what of each device is taken: the node's books, from
/// which it decides where models go.
final class Residents {
  /// A device, from when it opened until it failed.
  private record Opening(long budgetBytes, long partBytes, double bytesPerSecond) {}

  /// A model and where it lives.
  private static final class Resident {
    final ActorRef<ModelHost.Command> host;

    /// What it takes of each of its devices; more than one if it is split.
    final Map<String, Long> bytesOn;

    /// Whether its memory comes from the pool of its device.
    final boolean usesPool;

    long loadNs;
    long idleSinceNs;
    boolean isIdle;
    boolean isLeaving;

    Resident(ActorRef<ModelHost.Command> host, Map<String, Long> bytesOn, boolean usesPool) {
      this.host = host;
      this.bytesOn = new LinkedHashMap<>(bytesOn);
      this.usesPool = usesPool;
    }
  }

  private final DeviceStates states;
  private final Placement placement;
  private final Division division;
  private final LongSupplier nowNs;
  private final Map<String, Long> caps;
  private final Map<String, Opening> openings = new HashMap<>();
  private final Set<String> silent;
  private final Map<String, Long> poolBytes = new HashMap<>();
  private final Map<ActorRef<ModelHost.Command>, Resident> residents = new LinkedHashMap<>();

  /// @param caps of the devices, the preferred first: most bytes to use; 0: what is free
  Residents(PoolSize poolSize, Map<String, Long> caps, LongSupplier nowNs) {
    states = new DeviceStates(caps.keySet());
    placement = new Placement(poolSize);
    division = new Division(poolSize);
    this.caps = new LinkedHashMap<>(caps);
    this.nowNs = nowNs;
    silent = new HashSet<>(caps.keySet());
  }

  /// @param freeBytes before anything of ours lies there
  /// @param partBytes of each part of a pool there
  /// @param bytesPerSecond by which it is preferred to others; 0: its place says so
  void opened(String device, long freeBytes, long partBytes, double bytesPerSecond) {
    silent.remove(device);
    long cap = Objects.requireNonNull(caps.get(device));
    long budget = cap > 0 ? Math.min(cap, freeBytes) : freeBytes;
    openings.putIfAbsent(device, new Opening(budget, partBytes, bytesPerSecond));
  }

  /// What the workers say of the devices.
  DeviceStates states() {
    return states;
  }

  boolean isOpen(String device) {
    return openings.containsKey(device);
  }

  /// Nothing is put there until it opens again. Returns the hosts whose models were there.
  List<ActorRef<ModelHost.Command>> failed(String device) {
    silent.remove(device);
    openings.remove(device);
    List<ActorRef<ModelHost.Command>> hosts = new ArrayList<>();
    for (Resident resident : residents.values()) {
      if (resident.bytesOn.containsKey(device)) {
        resident.isLeaving = false;
        hosts.add(resident.host);
      }
    }
    return hosts;
  }

  /// Hosts whose model is split over these devices.
  List<ActorRef<ModelHost.Command>> splitOver(List<String> devices) {
    return residents.values().stream()
        .filter(one -> !one.usesPool)
        .filter(one -> devices.equals(List.copyOf(one.bytesOn.keySet())))
        .map(one -> one.host)
        .toList();
  }

  /// Whether a device has not yet said whether it opens.
  boolean isWaiting() {
    return !silent.isEmpty();
  }

  sealed interface Answer {
    record On(String device, long poolBytes, String why) implements Answer {}

    record Over(Division.Divided divided) implements Answer {}

    /// Ask again when these have left or said that they stay.
    record After(List<ActorRef<ModelHost.Command>> leaving) implements Answer {}

    record Nowhere(String why) implements Answer {}
  }

  /// @param without devices that could not take the model
  Answer place(ActorRef<ModelHost.Command> host, Placement.Demand demand, Set<String> without) {
    List<ActorRef<ModelHost.Command>> others =
        residents.keySet().stream().filter(one -> !one.equals(host)).toList();
    List<Placement.Room> rooms =
        rooms(others).filter(room -> !without.contains(room.device())).toList();
    return switch (placement.choose(demand, rooms)) {
      case Placement.Nowhere(var why) -> new Answer.Nowhere(why);
      case Placement.Chosen(var device, var bytes, var leaving, var why) when leaving.isEmpty() -> {
        gone(host);
        residents.put(
            host,
            new Resident(
                host,
                Map.of(device, Objects.requireNonNull(demand.sizes().get(device)).bytes()),
                true));
        poolBytes.put(device, bytes);
        yield new Answer.On(device, bytes, why);
      }
      case Placement.Chosen chosen -> {
        List<ActorRef<ModelHost.Command>> hosts =
            chosen.leaving().stream().map(number -> others.get(number.intValue())).toList();
        hosts.forEach(one -> Objects.requireNonNull(residents.get(one)).isLeaving = true);
        yield new Answer.After(hosts);
      }
    };
  }

  /// Divides a model that no device holds among several.
  ///
  /// @param without devices that could not take the model
  Answer divide(ActorRef<ModelHost.Command> host, Division.Demand demand, Set<String> without) {
    List<ActorRef<ModelHost.Command>> others =
        residents.keySet().stream().filter(one -> !one.equals(host)).toList();
    List<Placement.Room> rooms =
        rooms(others).filter(room -> !without.contains(room.device())).toList();
    Optional<Division.Divided> now = division.divide(demand, rooms);
    if (now.isPresent()) {
      gone(host);
      Map<String, Long> bytesOn = new LinkedHashMap<>();
      now.get().parts().forEach(part -> bytesOn.put(part.device(), part.bytes()));
      residents.put(host, new Resident(host, bytesOn, false));
      return new Answer.Over(now.get());
    }
    List<ActorRef<ModelHost.Command>> idle =
        others.stream().filter(one -> Objects.requireNonNull(residents.get(one)).isIdle).toList();
    if (idle.isEmpty()
        || division.divide(demand, rooms.stream().map(Residents::busy).toList()).isEmpty()) {
      return new Answer.Nowhere("and no division among devices holds it either");
    }
    idle.forEach(one -> Objects.requireNonNull(residents.get(one)).isLeaving = true);
    return new Answer.After(idle);
  }

  /// A device as it is when all idle models have left it.
  private static Placement.Room busy(Placement.Room room) {
    List<Placement.Guest> busy = room.guests().stream().filter(guest -> !guest.isIdle()).toList();
    return new Placement.Room(
        room.device(),
        room.budgetBytes(),
        room.partBytes(),
        busy.isEmpty() ? 0 : room.poolBytes(),
        busy,
        room.bytesPerSecond());
  }

  /// The devices that are open, and what of them is taken.
  List<Placement.Room> rooms() {
    return rooms(List.copyOf(residents.keySet())).toList();
  }

  private Stream<Placement.Room> rooms(List<ActorRef<ModelHost.Command>> numbered) {
    return caps.keySet().stream()
        .filter(openings::containsKey)
        .map(device -> room(device, numbered));
  }

  private Placement.Room room(String device, List<ActorRef<ModelHost.Command>> numbered) {
    Opening opening = Objects.requireNonNull(openings.get(device));
    List<Placement.Guest> guests = new ArrayList<>();
    for (int i = 0; i < numbered.size(); i++) {
      Resident resident = Objects.requireNonNull(residents.get(numbered.get(i)));
      Long bytes = resident.bytesOn.get(device);
      if (bytes != null) {
        long idleNs = resident.isIdle ? nowNs.getAsLong() - resident.idleSinceNs : 0;
        guests.add(new Placement.Guest(i, bytes, resident.isIdle, idleNs, resident.loadNs));
      }
    }
    return new Placement.Room(
        device,
        opening.budgetBytes(),
        opening.partBytes(),
        poolBytes.getOrDefault(device, 0L),
        guests,
        opening.bytesPerSecond());
  }

  /// A model takes more of its device. Returns why it cannot, if so.
  Optional<String> extend(ActorRef<ModelHost.Command> host, long bytes) {
    Resident resident = residents.get(host);
    if (resident == null) {
      return Optional.of("the model has left");
    }
    if (!resident.usesPool) {
      return Optional.of("the model is split over several devices, which serve one way of it");
    }
    String device = resident.bytesOn.keySet().iterator().next();
    if (!isOpen(device)) {
      return Optional.of(device + " is not open");
    }
    long free = room(device, List.copyOf(residents.keySet())).freeBytes();
    if (free < bytes) {
      return Optional.of("%s has %d bytes left, it takes %d".formatted(device, free, bytes));
    }
    resident.bytesOn.merge(device, bytes, Long::sum);
    return Optional.empty();
  }

  /// What a model really takes, now that it is there.
  void settled(ActorRef<ModelHost.Command> host, long bytes, long loadNs) {
    Resident resident = residents.get(host);
    if (resident != null) {
      if (resident.usesPool) {
        resident.bytesOn.replaceAll((_, _) -> bytes);
      }
      resident.loadNs = loadNs;
    }
  }

  void used(ActorRef<ModelHost.Command> host) {
    Resident resident = residents.get(host);
    if (resident != null) {
      resident.isIdle = false;
    }
  }

  /// It was asked to leave, but it is in use again.
  void stays(ActorRef<ModelHost.Command> host) {
    Resident resident = residents.get(host);
    if (resident != null) {
      resident.isIdle = false;
      resident.isLeaving = false;
    }
  }

  void idle(ActorRef<ModelHost.Command> host) {
    Resident resident = residents.get(host);
    if (resident != null) {
      resident.isIdle = true;
      resident.idleSinceNs = nowNs.getAsLong();
    }
  }

  /// Whether someone was asked to leave and has not answered.
  boolean isEmptying() {
    return residents.values().stream().anyMatch(resident -> resident.isLeaving);
  }

  /// The host has unloaded its model, or died.
  void gone(ActorRef<ModelHost.Command> host) {
    Resident resident = residents.remove(host);
    if (resident != null && resident.usesPool) {
      for (String device : resident.bytesOn.keySet()) {
        if (residents.values().stream()
            .noneMatch(one -> one.usesPool && one.bytesOn.containsKey(device))) {
          poolBytes.remove(device);
        }
      }
    }
  }
}
