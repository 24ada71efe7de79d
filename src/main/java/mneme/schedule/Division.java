package mneme.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mneme.memory.Footprint;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.PoolSpace;
import mneme.memory.SlabSizing;

/// How a model that no device holds is divided among several: each, the preferred first, takes as
/// many of the layers that are left as it holds beside their memory for one sequence. The longest
/// sequence for which that works, up to the whole context, is what the division is made for.
///
/// Where a part ends is chosen among the model's segments: stretches of layers between two places
/// where it may be cut.
public final class Division {
  private final PoolSize poolSize;

  public Division(PoolSize poolSize) {
    this.poolSize = poolSize;
  }

  /// A model that looks for devices.
  ///
  /// @param segments for each, in order, what its program takes of each device
  /// @param planOf the memory plan if the parts end behind these segments, a bank for each part
  /// @param contextTokens longest sequence that it is served with
  /// @param leastTokens a division that holds no sequence so long is of no use
  /// @param chunkTokens longest span of a step
  public record Demand(
      List<Map<String, Placement.Size>> segments,
      Function<List<Integer>, MemoryPlan> planOf,
      int contextTokens,
      int leastTokens,
      int chunkTokens) {
    public Demand {
      segments = List.copyOf(segments);
    }
  }

  /// @param ends segments behind which the part ends, counted from the model's first
  /// @param size of the part's program
  /// @param bank of the model's pool, on that device
  public record Part(String device, int ends, Placement.Size size, PoolSpace bank) {
    public long bytes() {
      return size.bytes() + bank.bytes();
    }
  }

  /// @param parts in order; at least two
  /// @param longestTokens of a sequence alone
  /// @param sentence for a person: the decision and its arithmetic
  public record Divided(List<Part> parts, MemoryPlan plan, int longestTokens, String sentence) {
    public Divided {
      parts = List.copyOf(parts);
    }
  }

  /// What a device would take.
  ///
  /// @param memoryBytes of one sequence, or the part of the pool if that has a fixed size
  private record Share(Placement.Room room, int ends, Placement.Size size, long memoryBytes) {
    long leftBytes() {
      return room.freeBytes() - size.bytes();
    }

    PoolSpace bank(long bytes) {
      return new PoolSpace(bytes, room.partBytes());
    }
  }

  /// @param all devices that can be used, the preferred first; the size of each segment on each is
  ///   known
  public Optional<Divided> divide(Demand demand, List<Placement.Room> all) {
    List<Placement.Room> rooms = Placement.fastestFirst(all);
    MemoryPlan segmented =
        demand.planOf().apply(IntStream.rangeClosed(1, demand.segments().size()).boxed().toList());
    // What is tried hangs on the devices only, not on what is asked for: so a model that asks for
    // as many tokens as it was served with finds its old division again.
    int low = 1;
    int high = demand.contextTokens() + 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (shares(demand, segmented, rooms, middle).isEmpty()) {
        high = middle;
      } else {
        low = middle;
      }
    }
    // A pool's slabs round up: what fits by bytes alone may be a little too long. And a division
    // made for few tokens may hold many.
    for (int tokens = low; tokens > 0; tokens -= Math.max(1, tokens / 8)) {
      List<Share> shares = shares(demand, segmented, rooms, tokens);
      Optional<Divided> divided =
          shares.isEmpty()
              ? Optional.empty()
              : divided(demand, shares, Math.max(tokens, demand.leastTokens()));
      if (divided.isPresent()) {
        return divided;
      }
    }
    return Optional.empty();
  }

  /// Who takes how much; empty if they do not hold all.
  private List<Share> shares(
      Demand demand, MemoryPlan segmented, List<Placement.Room> rooms, int tokens) {
    Footprint peak = Footprint.peak(segmented, tokens, demand.chunkTokens());
    double times = Math.max(1, (double) poolSize.fixedBytes() / Math.max(1, peak.bytes()));
    IntToLongFunction memoryBytes = segment -> (long) (peak.in(segment).bytes() * times);
    List<Share> shares = new ArrayList<>();
    int from = 0;
    for (Placement.Room room : rooms) {
      Share share = share(demand, room, from, memoryBytes);
      if (share.ends() > from) {
        shares.add(share);
        from = share.ends();
      }
    }
    return from == demand.segments().size() ? shares : List.of();
  }

  /// As many segments from number `from` on as `room` holds, but not all: then it holds the model.
  /// Their activations are never there at the same time.
  private static Share share(
      Demand demand, Placement.Room room, int from, IntToLongFunction memoryBytes) {
    Share share = new Share(room, from, new Placement.Size(0, 0), 0);
    int end = from == 0 ? demand.segments().size() - 1 : demand.segments().size();
    for (int segment = from; segment < end; segment++) {
      Placement.Size size = demand.segments().get(segment).get(room.device());
      if (size == null) {
        return share;
      }
      Placement.Size both =
          new Placement.Size(
              share.size().weightBytes() + size.weightBytes(),
              Math.max(share.size().scratchBytes(), size.scratchBytes()));
      Share more =
          new Share(
              room, segment + 1, both, share.memoryBytes() + memoryBytes.applyAsLong(segment));
      if (more.leftBytes() < more.memoryBytes()) {
        return share;
      }
      share = more;
    }
    return share;
  }

  /// With banks of the share that is set, or as much more as a sequence of `tokens` tokens needs.
  private Optional<Divided> divided(Demand demand, List<Share> shares, int tokens) {
    MemoryPlan plan = demand.planOf().apply(shares.stream().map(Share::ends).toList());
    List<PoolSpace> before = List.of();
    List<PoolSpace> banks = banks(shares, 1);
    for (int scale = 2; !banks.equals(before); scale = Math.min(1 << 30, 2 * scale)) {
      int longest = longestTokens(demand, plan, banks);
      if (longest >= tokens) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < shares.size(); i++) {
          Share share = shares.get(i);
          parts.add(new Part(share.room().device(), share.ends(), share.size(), banks.get(i)));
        }
        return Optional.of(new Divided(parts, plan, longest, sentence(parts, longest)));
      }
      before = banks;
      banks = banks(shares, scale);
    }
    return Optional.empty();
  }

  private static int longestTokens(Demand demand, MemoryPlan plan, List<PoolSpace> banks) {
    PoolShape shape;
    try {
      shape = SlabSizing.of(banks, List.of(plan));
    } catch (IllegalArgumentException _) {
      return 0;
    }
    return new Admission(plan, shape, demand.chunkTokens(), demand.contextTokens()).longest();
  }

  /// The share of each device that a pool takes, but not less than one sequence needs, and not more
  /// than serves as many sequences as the smallest bank does.
  ///
  /// @param scale multiplies what one sequence needs
  private List<PoolSpace> banks(List<Share> shares, int scale) {
    if (poolSize.fixedBytes() > 0) {
      return shares.stream().map(share -> share.bank(share.memoryBytes())).toList();
    }
    List<Long> bytes = new ArrayList<>();
    double fewest = Double.MAX_VALUE;
    for (Share share : shares) {
      long least = (long) Math.min(share.leftBytes(), (double) roomy(share) * scale);
      long wished = Math.min(share.leftBytes(), poolSize.bytes(share.leftBytes()));
      bytes.add(Math.max(least, wished));
      if (share.memoryBytes() > 0) {
        fewest = Math.min(fewest, (double) bytes.getLast() / share.memoryBytes());
      }
    }
    List<PoolSpace> banks = new ArrayList<>();
    for (int i = 0; i < bytes.size(); i++) {
      double most = roomy(shares.get(i)) * Math.max(scale, fewest);
      banks.add(shares.get(i).bank((long) Math.min(bytes.get(i), most)));
    }
    return banks;
  }

  /// With some room for what slabs round up.
  private static long roomy(Share share) {
    return share.memoryBytes() + share.memoryBytes() / 8;
  }

  private static String sentence(List<Part> parts, int longestTokens) {
    List<String> each = new ArrayList<>();
    int from = 0;
    for (Part part : parts) {
      each.add(
          "segments %d to %d on %s with weights of %d bytes, scratch of %d and %d of the pool"
              .formatted(
                  from + 1,
                  part.ends(),
                  part.device(),
                  part.size().weightBytes(),
                  part.size().scratchBytes(),
                  part.bank().bytes()));
      from = part.ends();
    }
    return "over several devices, because none holds it alone: %s; it serves %d tokens"
        .formatted(each.stream().collect(Collectors.joining("; ")), longestTokens);
  }
}
