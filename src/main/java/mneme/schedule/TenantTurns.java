package mneme.schedule;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The sequences of one tenant that want a turn. Decodes go round; of the waiting prompts the one
/// with least to run goes first, until the oldest has been passed too often.
final class TenantTurns {
  final String tenant;
  final long rank;

  /// Tokens served so far, in step with the other tenants; see [BatchPolicy].
  long served;

  /// Sequences that have joined and not left.
  int seats;

  private final ArrayDeque<Seat> decodes = new ArrayDeque<>();
  private int readyDecodes;
  private final TreeSet<Seat> prefillsByAge =
      new TreeSet<>(Comparator.comparingLong((Seat seat) -> seat.rank));
  private final TreeSet<Seat> prefillsBySize =
      new TreeSet<>(
          Comparator.comparingInt(Seat::missingTokens).thenComparingLong((Seat seat) -> seat.rank));

  TenantTurns(String tenant, long rank) {
    this.tenant = tenant;
    this.rank = rank;
  }

  int readyDecodes() {
    return readyDecodes;
  }

  boolean wantsPrefill() {
    return !prefillsByAge.isEmpty();
  }

  void addDecode(Seat seat, boolean isFirst) {
    seat.isReady = true;
    readyDecodes++;
    if (isFirst) {
      decodes.addFirst(seat);
    } else {
      decodes.addLast(seat);
    }
  }

  /// The sequence that has waited longest for a decode; the caller knows that there is one.
  Seat takeDecode() {
    Seat seat = decodes.removeFirst();
    while (seat.hasLeft) {
      seat = decodes.removeFirst();
    }
    seat.isReady = false;
    readyDecodes--;
    return seat;
  }

  void addPrefill(Seat seat) {
    prefillsByAge.add(seat);
    prefillsBySize.add(seat);
  }

  void removePrefill(Seat seat) {
    prefillsByAge.remove(seat);
    prefillsBySize.remove(seat);
  }

  /// The prompt whose turn it is, if there is any; it stays in line.
  @Nullable Seat nextPrefill(int overtakes) {
    if (prefillsByAge.isEmpty()) {
      return null;
    }
    Seat oldest = prefillsByAge.first();
    return oldest.overtaken >= overtakes ? oldest : prefillsBySize.first();
  }

  /// `seat` runs a chunk of `tokens` tokens; the oldest remembers if it was passed.
  void takeChunk(Seat seat, int tokens) {
    Seat oldest = prefillsByAge.first();
    if (oldest != seat) {
      oldest.overtaken++;
    }
    removePrefill(seat);
    seat.position += tokens;
    served += tokens;
  }

  void leave(Seat seat) {
    seat.hasLeft = true;
    seats--;
    removePrefill(seat);
    if (seat.isReady) {
      readyDecodes--;
      decodes.remove(seat);
    }
  }
}
