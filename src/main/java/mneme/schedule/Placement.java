package mneme.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.PoolSpace;
import mneme.memory.SlabSizing;

/// Which device a model is put on, and which idle models leave it first.
///
/// A device holds a model if its weights, its scratch and a pool for one sequence of its whole
/// context fit beside what is there. The first that does, in order of preference, is taken, of
/// those whose speed counts the fastest; if none does, the first that does once idle models have
/// left. A model in use never leaves. Where no device holds a whole context, the one that holds the
/// longest sequence is taken, if it is long enough.
public final class Placement {
  private final PoolSize poolSize;

  public Placement(PoolSize poolSize) {
    this.poolSize = poolSize;
  }

  /// What a model's program takes of one device.
  ///
  /// @param weightBytes in the layout of the device
  /// @param scratchBytes for activations of the largest step
  public record Size(long weightBytes, long scratchBytes) {
    public long bytes() {
      return weightBytes + scratchBytes;
    }
  }

  /// A model that looks for a device.
  ///
  /// @param sizes of its program, by device
  /// @param contextTokens longest sequence that it is served with
  /// @param leastTokens a device that holds no sequence so long is of no use
  /// @param chunkTokens longest span of a step
  public record Demand(
      Map<String, Size> sizes,
      MemoryPlan plan,
      int contextTokens,
      int leastTokens,
      int chunkTokens) {
    public Demand {
      sizes = Map.copyOf(sizes);
    }

    /// The same, where a device that holds no sequence of `tokens` tokens is of no use.
    public Demand serving(int tokens) {
      return new Demand(sizes, plan, contextTokens, tokens, chunkTokens);
    }

    Size on(Room room) {
      return Objects.requireNonNull(sizes.get(room.device()));
    }
  }

  /// A device as it stands.
  ///
  /// @param budgetBytes for weights, scratch and pool together
  /// @param partBytes of each part of a pool that is larger; see [PoolSpace]
  /// @param poolBytes of its pool; 0 if none is open: it opens with the first model
  /// @param bytesPerSecond how fast its memory is; 0 if that shall not count
  public record Room(
      String device,
      long budgetBytes,
      long partBytes,
      long poolBytes,
      List<Guest> guests,
      double bytesPerSecond) {
    public Room {
      guests = List.copyOf(guests);
    }

    public Room(
        String device, long budgetBytes, long partBytes, long poolBytes, List<Guest> guests) {
      this(device, budgetBytes, partBytes, poolBytes, guests, 0);
    }

    /// Bytes that are left now.
    public long freeBytes() {
      return freeBytes(Set.of());
    }

    /// Bytes that are left when `leaving` have left; the pool closes with the last model.
    long freeBytes(Set<Guest> leaving) {
      long held = isEmpty(leaving) ? 0 : poolBytes;
      for (Guest guest : guests) {
        held += leaving.contains(guest) ? 0 : guest.bytes();
      }
      return budgetBytes - held;
    }

    boolean isEmpty(Set<Guest> leaving) {
      return poolBytes == 0 || leaving.containsAll(guests);
    }
  }

  /// A model on a device.
  ///
  /// @param number by which the caller knows it
  /// @param bytes of its weights and scratch
  /// @param isIdle no stream uses it
  /// @param idleNs since its last use
  /// @param loadNs what loading it again would take
  public record Guest(long number, long bytes, boolean isIdle, long idleNs, long loadNs) {
    /// Time to load again that is saved for each byte kept, the less the longer it was not used.
    double worth() {
      return (double) Math.max(1, loadNs) / Math.max(1, idleNs) / Math.max(1, bytes);
    }
  }

  public sealed interface Choice {
    /// For a person: the decision and its arithmetic.
    String sentence();
  }

  /// @param poolBytes that its pool has, or is to be opened with
  /// @param leaving guests who must go first, as they are numbered
  public record Chosen(String device, long poolBytes, List<Long> leaving, String sentence)
      implements Choice {}

  public record Nowhere(String sentence) implements Choice {}

  /// How a model would lie on a device.
  private record Fit(Room room, List<Guest> leaving, long poolBytes, int longestTokens) {}

  /// @param rooms the devices that can be used, the preferred first, as long as no speed says
  ///   otherwise; the size on each is known
  public Choice choose(Demand demand, List<Room> rooms) {
    List<Room> ordered = fastestFirst(rooms);
    return whole(demand, ordered)
        .or(() -> longest(demand, ordered))
        .map(fit -> chosen(demand, fit))
        .orElseGet(() -> new Nowhere(refusal(demand, rooms)));
  }

  /// Those whose speed counts share their own places, the fastest first; the others stay.
  static List<Room> fastestFirst(List<Room> rooms) {
    Iterator<Room> fastest =
        rooms.stream()
            .filter(room -> room.bytesPerSecond() > 0)
            .sorted(Comparator.comparingDouble(Room::bytesPerSecond).reversed())
            .iterator();
    return rooms.stream().map(room -> room.bytesPerSecond() > 0 ? fastest.next() : room).toList();
  }

  /// A place for the whole context.
  private Optional<Fit> whole(Demand demand, List<Room> rooms) {
    Optional<Fit> free =
        rooms.stream()
            .map(room -> fit(demand, room, List.of()))
            .filter(fit -> isWhole(fit, demand))
            .findFirst();
    return free.or(() ->
        rooms.stream()
            .map(room -> evicting(demand, room))
            .filter(fit -> isWhole(fit, demand))
            .findFirst());
  }

  private Optional<Fit> longest(Demand demand, List<Room> rooms) {
    return rooms.stream()
        .map(room -> evicting(demand, room))
        .filter(fit -> fit.longestTokens() >= demand.leastTokens())
        .max(
            Comparator.comparingInt(Fit::longestTokens)
                .thenComparingInt(fit -> -rooms.indexOf(fit.room())));
  }

  private static boolean isWhole(Fit fit, Demand demand) {
    return fit.longestTokens() >= demand.contextTokens();
  }

  /// Idle guests leave, the least worth first, until the whole context fits; then those who need
  /// not have left come back.
  private Fit evicting(Demand demand, Room room) {
    List<Guest> leaving = new ArrayList<>();
    Fit fit = fit(demand, room, leaving);
    for (Guest guest : idle(room)) {
      if (isWhole(fit, demand)) {
        break;
      }
      leaving.add(guest);
      fit = fit(demand, room, leaving);
    }
    for (Guest guest : List.copyOf(leaving).reversed()) {
      List<Guest> fewer = leaving.stream().filter(one -> !one.equals(guest)).toList();
      Fit without = fit(demand, room, fewer);
      if (without.longestTokens() >= fit.longestTokens()) {
        fit = without;
        leaving.remove(guest);
      }
    }
    return fit;
  }

  private static List<Guest> idle(Room room) {
    return room.guests().stream()
        .filter(Guest::isIdle)
        .sorted(Comparator.comparingDouble(Guest::worth))
        .toList();
  }

  private Fit fit(Demand demand, Room room, List<Guest> leaving) {
    Set<Guest> gone = new HashSet<>(leaving);
    long free = room.freeBytes(gone) - demand.on(room).bytes();
    boolean opens = room.isEmpty(gone);
    long least = opens ? poolSize.bytes(free) : room.poolBytes();
    if (free < 0 || least < 1 || opens && least > free) {
      return new Fit(room, List.copyOf(leaving), least, 0);
    }
    long pool = opens && poolSize.fixedBytes() == 0 ? grown(demand, least, room, free) : least;
    return new Fit(room, List.copyOf(leaving), pool, longestTokens(demand, room, pool));
  }

  /// The share that is set, or as much more as one sequence needs.
  private static long grown(Demand demand, long least, Room room, long free) {
    long pool = least;
    while (pool < free && longestTokens(demand, room, pool) < demand.contextTokens()) {
      pool = pool > free / 2 ? free : 2 * pool;
    }
    return pool;
  }

  private static int longestTokens(Demand demand, Room room, long poolBytes) {
    PoolShape shape;
    try {
      PoolSpace space = new PoolSpace(poolBytes, room.partBytes());
      shape = SlabSizing.of(space, List.of(demand.plan()));
    } catch (IllegalArgumentException _) {
      return 0;
    }
    return new Admission(demand.plan(), shape, demand.chunkTokens(), demand.contextTokens())
        .longest();
  }

  private static Choice chosen(Demand demand, Fit fit) {
    String holds =
        isWhole(fit, demand)
            ? first(fit.room()) + " that holds"
            : "no device holds %d tokens; it holds most with".formatted(demand.contextTokens());
    String sentence =
        "on %s: %s weights of %d bytes, scratch of %d and %d tokens in a pool of %d; its budget is %d"
            .formatted(
                fit.room().device(),
                holds,
                demand.on(fit.room()).weightBytes(),
                demand.on(fit.room()).scratchBytes(),
                fit.longestTokens(),
                fit.poolBytes(),
                fit.room().budgetBytes());
    List<Long> leaving = fit.leaving().stream().map(Guest::number).toList();
    return new Chosen(fit.room().device(), fit.poolBytes(), leaving, sentence);
  }

  private static String first(Room room) {
    return room.bytesPerSecond() > 0
        ? String.format(Locale.ROOT, "the fastest device (%.1f GB/s)", room.bytesPerSecond() / 1e9)
        : "the first device";
  }

  private String refusal(Demand demand, List<Room> rooms) {
    return "no device has room for a sequence of %d bytes: %s"
        .formatted(
            demand.plan().peakBytes(demand.contextTokens(), demand.chunkTokens()),
            rooms.isEmpty()
                ? "none is open"
                : rooms.stream()
                    .map(room -> state(room, demand.on(room)))
                    .collect(Collectors.joining("; ")));
  }

  private String state(Room room, Size size) {
    long pool = room.poolBytes() > 0 ? room.poolBytes() : poolSize.fixedBytes();
    return "%s has %d, of which models in use take %d, idle ones %d and the pool %d; weights of %d and scratch of %d would come to it"
        .formatted(
            room.device(),
            room.budgetBytes(),
            bytes(room, false),
            bytes(room, true),
            pool,
            size.weightBytes(),
            size.scratchBytes());
  }

  private static long bytes(Room room, boolean isIdle) {
    return room.guests().stream()
        .filter(guest -> guest.isIdle() == isIdle)
        .mapToLong(Guest::bytes)
        .sum();
  }
}
