package mneme.schedule;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Who runs in the next step. Decodes go first, but prefill is passed over for a bounded number of
/// steps only, and then takes one chunk before the decodes, which always leaves them room. Where
/// not all fit, the tenant that was served least goes first (virtual token counter, Sheng and
/// others, OSDI 2024): a tenant that comes back does not find its idle time credited.
///
/// A prompt goes from chunk to chunk by itself, one a step; a sequence that samples says with
/// [#decode] that its next token is known. What a step runs never changes what it computes, so
/// nothing here can change an answer.
public final class BatchPolicy {
  private static final Comparator<TenantTurns> LEAST_SERVED =
      Comparator.<TenantTurns>comparingLong(t -> t.served).thenComparingLong(t -> t.rank);

  /// Tenants without a sequence that are remembered at most.
  private static final int IDLE_TENANTS = 1024;

  private final BatchLimits limits;
  private final Map<Long, Seat> seats = new HashMap<>();
  private final Map<String, TenantTurns> tenants = new LinkedHashMap<>();
  private final TreeSet<TenantTurns> decoding = new TreeSet<>(LEAST_SERVED);
  private final TreeSet<TenantTurns> prefilling = new TreeSet<>(LEAST_SERVED);
  private long nextRank;
  private int readyDecodes;
  private int stepsWithoutPrefill;

  /// Prompts with a chunk in the step that is being put together.
  private final List<Seat> taken = new ArrayList<>();

  public BatchPolicy(BatchLimits limits) {
    this.limits = limits;
  }

  /// A sequence starts, or starts again.
  ///
  /// @param position tokens whose memory is already right
  /// @param promptTokens tokens to run before the first new one comes; more than `position`
  public void join(long sequence, String tenant, int position, int promptTokens) {
    if (position < 0 || position >= promptTokens || seats.containsKey(sequence)) {
      throw new IllegalArgumentException(
          "sequence %d joins at %d of %d tokens, joined before: %b"
              .formatted(sequence, position, promptTokens, seats.containsKey(sequence)));
    }
    TenantTurns turns = tenant(tenant);
    if (turns.seats++ == 0) {
      turns.served = Math.max(turns.served, leastServed());
    }
    Seat seat = new Seat(sequence, turns, nextRank++, position, promptTokens);
    seats.put(sequence, seat);
    change(turns, () -> turns.addPrefill(seat));
  }

  /// Cuts the prompt of a sequence that has joined at these positions too.
  public void cut(long sequence, Collection<Integer> positions) {
    Seat seat = seats.get(sequence);
    if (seat != null && !positions.isEmpty()) {
      seat.cuts = new TreeSet<>(positions);
    }
  }

  private TenantTurns tenant(String name) {
    if (tenants.size() > IDLE_TENANTS) {
      tenants.values().removeIf(tenant -> tenant.seats == 0);
    }
    return tenants.computeIfAbsent(name, _ -> new TenantTurns(name, nextRank++));
  }

  private long leastServed() {
    long decode = decoding.isEmpty() ? Long.MAX_VALUE : decoding.first().served;
    long prefill = prefilling.isEmpty() ? Long.MAX_VALUE : prefilling.first().served;
    long least = Math.min(decode, prefill);
    return least == Long.MAX_VALUE ? 0 : least;
  }

  /// The token at `position` is known: the sequence can run it. Without effect if it has left.
  public void decode(long sequence, int position) {
    Seat seat = seats.get(sequence);
    if (seat != null && !seat.isReady) {
      seat.position = position;
      addDecode(seat, false);
    }
  }

  private void addDecode(Seat seat, boolean isFirst) {
    readyDecodes++;
    seat.tenant.addDecode(seat, isFirst);
    if (seat.tenant.readyDecodes() == 1) {
      decoding.add(seat.tenant);
    }
  }

  /// A sequence ends, waits or was preempted; it gets no more turns.
  public void leave(long sequence) {
    Seat seat = seats.remove(sequence);
    if (seat != null) {
      readyDecodes -= seat.isReady ? 1 : 0;
      change(seat.tenant, () -> seat.tenant.leave(seat));
    }
  }

  /// A turn that could not be taken; it is the first to be offered again. Only the newest turn of a
  /// sequence can be put back. Without effect if the sequence has left.
  public void putBack(Turn turn) {
    Seat seat = seats.get(turn.sequence());
    if (seat == null) {
      return;
    }
    if (turn.isPrefill()) {
      change(
          seat.tenant,
          () -> {
            seat.tenant.removePrefill(seat);
            seat.position = turn.start();
            seat.tenant.served -= turn.tokens();
            seat.tenant.addPrefill(seat);
          });
    } else {
      seat.position = turn.start();
      change(seat.tenant, () -> seat.tenant.served -= turn.tokens());
      addDecode(seat, true);
    }
  }

  /// Changes what a tenant wants, or was served, and keeps the orders true.
  private void change(TenantTurns turns, Runnable change) {
    decoding.remove(turns);
    prefilling.remove(turns);
    change.run();
    if (turns.readyDecodes() > 0) {
      decoding.add(turns);
    }
    if (turns.wantsPrefill()) {
      prefilling.add(turns);
    }
  }

  /// The next step; empty if nobody can run.
  public List<Turn> next() {
    List<Turn> turns = new ArrayList<>();
    boolean isPrefillDue = stepsWithoutPrefill >= limits.decodeTurns();
    int room = limits.budgetTokens();
    if (isPrefillDue) {
      room -= addPrefill(turns, room);
    }
    room -= addDecodes(turns, room);
    int added = 1;
    while (added > 0 && turns.size() < limits.spans()) {
      added = addPrefill(turns, room);
      room -= added;
    }
    stepsWithoutPrefill = taken.isEmpty() && !prefilling.isEmpty() ? stepsWithoutPrefill + 1 : 0;
    returnTaken();
    return turns;
  }

  private int addDecodes(List<Turn> turns, int room) {
    int count = Math.min(Math.min(room, readyDecodes), limits.spans() - turns.size());
    if (count == readyDecodes) {
      for (TenantTurns tenant : List.copyOf(decoding)) {
        addDecodes(turns, tenant, tenant.readyDecodes());
      }
      return count;
    }
    for (int i = 0; i < count; i++) {
      addDecodes(turns, decoding.first(), 1);
    }
    return count;
  }

  private void addDecodes(List<Turn> turns, TenantTurns tenant, int count) {
    readyDecodes -= count;
    change(
        tenant,
        () -> {
          tenant.served += count;
          for (int i = 0; i < count; i++) {
            Seat seat = tenant.takeDecode();
            turns.add(new Turn(seat.sequence, seat.position, seat.position + 1, false));
          }
        });
  }

  /// Adds one chunk if it fits; returns its tokens.
  private int addPrefill(List<Turn> turns, int room) {
    Seat seat = prefilling.isEmpty() ? null : prefilling.first().nextPrefill(limits.overtakes());
    int tokens = seat == null ? 0 : seat.nextChunk(limits.chunkTokens());
    if (seat == null || tokens > room) {
      return 0;
    }
    turns.add(new Turn(seat.sequence, seat.position, seat.position + tokens, true));
    taken.add(seat);
    change(seat.tenant, () -> seat.tenant.takeChunk(seat, tokens));
    return tokens;
  }

  /// A sequence has one chunk in a step; those with more to run wait for the next.
  private void returnTaken() {
    for (Seat seat : taken) {
      if (seat.missingTokens() > 0) {
        change(seat.tenant, () -> seat.tenant.addPrefill(seat));
      }
    }
    taken.clear();
  }
}
