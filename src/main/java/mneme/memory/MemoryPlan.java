package mneme.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/// The sum of a model's memory needs: bytes as an exact function of length, and where each need
/// lies inside its page or block. Like KV needs (same window) share a page, one part after the
/// other; each state need is a block of its own.
///
/// @param pageTokens tokens a page holds, of every group; a power of two
/// @param groups KV groups, in order of first appearance
/// @param states one block for each state need, in order of appearance
/// @param places for each need, where it lies
public record MemoryPlan(
    int pageTokens,
    KvEncoding encoding,
    List<Group> groups,
    List<Block> states,
    List<Place> places) {

  /// Offsets inside a page and page sizes are multiples of this.
  public static final int ALIGNMENT_BYTES = 256;

  public MemoryPlan {
    groups = List.copyOf(groups);
    states = List.copyOf(states);
    places = List.copyOf(places);
  }

  /// KV needs that share pages. `windowTokens` 0 keeps all.
  ///
  /// @param bank of the pool where the pages lie
  public record Group(int windowTokens, List<Integer> needs, long pageBytes, int bank) {
    public Group {
      needs = List.copyOf(needs);
    }
  }

  /// @param bank of the pool where it lies
  public record Block(int need, long bytes, int bank) {}

  /// Where a need lies. For KV: group, and the byte offsets of its keys and values inside a page;
  /// for a state: its rank among the states.
  public sealed interface Place {
    record InPage(int group, long keysAt, long valuesAt) implements Place {}

    record InBlock(int state) implements Place {}
  }

  public static MemoryPlan of(List<MemoryNeed> needs, KvEncoding encoding, int pageTokens) {
    return of(needs, encoding, pageTokens, _ -> 0);
  }

  /// For a model that is split: the bank of each need is that of its layer's device. Needs of
  /// different banks share no page.
  public static MemoryPlan of(
      List<MemoryNeed> needs, KvEncoding encoding, int pageTokens, IntUnaryOperator bankOfNeed) {
    if (Integer.bitCount(pageTokens) != 1) {
      throw new IllegalArgumentException("tokens a page: " + pageTokens + ", not a power of two");
    }
    return new Layout(encoding, pageTokens, bankOfNeed).add(needs).plan();
  }

  /// Bytes leased by a sequence of `tokens` tokens: whole pages and whole states.
  public long bytes(int tokens) {
    long bytes = stateBytes();
    for (Group group : groups) {
      bytes += group.pageBytes() * pages(group, tokens);
    }
    return bytes;
  }

  public long stateBytes() {
    return states.stream().mapToLong(Block::bytes).sum();
  }

  /// Number of the first group that keeps every token, or -1.
  int unwindowedGroup() {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).windowTokens() == 0) {
        return i;
      }
    }
    return -1;
  }

  /// Pages of `group` that a sequence of `tokens` tokens holds. Under a window those are the pages
  /// that the newest token still sees, one of them perhaps only in part.
  public int pages(Group group, int tokens) {
    return tokens == 0 ? 0 : (tokens - 1) / pageTokens - firstPage(group, tokens) + 1;
  }

  /// Most pages of `group` held at once by a sequence on its way to `tokens` tokens, when no span
  /// is longer than `chunkTokens`. Under a window that is what a whole chunk sees, wherever it
  /// begins.
  public int peakPages(Group group, int tokens, int chunkTokens) {
    int all = Math.ceilDiv(tokens, pageTokens);
    if (group.windowTokens() == 0) {
      return all;
    }
    long seen = group.windowTokens() - 1L + chunkTokens;
    return (int) Math.min(all, Math.max(0, seen - 2) / pageTokens + 2);
  }

  /// Most bytes held at once by a sequence on its way to `tokens` tokens; see [#peakPages].
  public long peakBytes(int tokens, int chunkTokens) {
    long bytes = stateBytes();
    for (Group group : groups) {
      bytes += group.pageBytes() * peakPages(group, tokens, chunkTokens);
    }
    return bytes;
  }

  /// Index of the oldest page that the newest of `tokens` tokens sees.
  public int firstPage(Group group, int tokens) {
    int window = group.windowTokens();
    return window == 0 ? 0 : Math.max(0, tokens - window) / pageTokens;
  }

  /// Collects needs into groups and blocks.
  private static final class Layout {
    private final KvEncoding encoding;
    private final int pageTokens;
    private final IntUnaryOperator bankOfNeed;
    private final Map<Kin, Integer> groupOf = new LinkedHashMap<>();
    private final List<List<Integer>> members = new ArrayList<>();
    private final List<Long> sizes = new ArrayList<>();
    private final List<Block> states = new ArrayList<>();
    private final Map<Integer, Place> places = new TreeMap<>();

    /// What the needs of a group have in common.
    private record Kin(int windowTokens, int bank) {}

    Layout(KvEncoding encoding, int pageTokens, IntUnaryOperator bankOfNeed) {
      this.bankOfNeed = bankOfNeed;
      this.encoding = encoding;
      this.pageTokens = pageTokens;
    }

    Layout add(List<MemoryNeed> needs) {
      for (int i = 0; i < needs.size(); i++) {
        switch (needs.get(i)) {
          case MemoryNeed.Kv kv -> addKv(i, kv);
          case MemoryNeed.State state -> addState(i, state);
        }
      }
      return this;
    }

    private void addKv(int need, MemoryNeed.Kv kv) {
      int group =
          groupOf.computeIfAbsent(
              new Kin(kv.windowTokens(), bankOfNeed.applyAsInt(need)),
              _ -> {
                members.add(new ArrayList<>());
                sizes.add(0L);
                return members.size() - 1;
              });
      long keysAt = sizes.get(group);
      long valuesAt = keysAt + rows(kv, KvEncoding.rowBytes(encoding.keys(), kv.keyWidth()));
      long values =
          kv.valueWidth() == 0
              ? 0
              : rows(kv, KvEncoding.rowBytes(encoding.values(), kv.valueWidth()));
      members.get(group).add(need);
      sizes.set(group, valuesAt + values);
      places.put(need, new Place.InPage(group, keysAt, valuesAt));
    }

    private long rows(MemoryNeed.Kv kv, int rowBytes) {
      return aligned((long) rowBytes * kv.heads() * pageTokens);
    }

    private void addState(int need, MemoryNeed.State state) {
      places.put(need, new Place.InBlock(states.size()));
      states.add(new Block(need, aligned(4 * state.floats()), bankOfNeed.applyAsInt(need)));
    }

    private static long aligned(long bytes) {
      return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    MemoryPlan plan() {
      List<Group> groups = new ArrayList<>();
      groupOf.forEach((kin, group) ->
          groups.add(
              new Group(kin.windowTokens(), members.get(group), sizes.get(group), kin.bank())));
      return new MemoryPlan(pageTokens, encoding, groups, states, List.copyOf(places.values()));
    }
  }
}
