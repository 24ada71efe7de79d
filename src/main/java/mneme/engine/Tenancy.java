package mneme.engine;

import java.util.List;
import java.util.Optional;
import mneme.memory.Tokens;
import org.apache.pekko.actor.typed.ActorRef;

/// One sequence's dealings with pool and scheduler: the lease that it asks for, runs with, lets
/// others share, and gives back.
final class Tenancy {
  private final Strand strand;
  private Lane lane;
  private final Drawing drawing;
  private final ActorRef<Sequence.Command> self;
  private long lease = Sequence.NO_LEASE;
  private int computed;

  /// Tokens after which the lease is given back, because the pool wants it.
  private int yieldAt;

  /// Whether the pool has promised a place: to us, or to the leader in our name.
  private boolean isExpected;

  Tenancy(Strand strand, Lane lane, Drawing drawing, ActorRef<Sequence.Command> self) {
    this.strand = strand;
    this.lane = lane;
    this.drawing = drawing;
    this.self = self;
  }

  /// Whether that lease is one of where we are; one of a device that was left ends when that device
  /// opens again.
  boolean isHere(long other) {
    return lane.station().lends(other);
  }

  /// What is asked for from now on is asked for there; nothing is held here any more.
  void moveTo(Lane to) {
    lane = to;
  }

  /// Whether what is said of `other` concerns the lease that is held.
  boolean isOf(long other) {
    return lease == other;
  }

  /// Tokens whose memory is surely right.
  int computed() {
    return computed;
  }

  void computed(int end) {
    computed = end;
  }

  /// The pool wants the lease back, as soon as so many tokens are surely right: what the last steps
  /// did may still be on its way from the scheduler.
  void yieldAt(int read) {
    yieldAt = read;
  }

  boolean isToYield() {
    return computed >= yieldAt;
  }

  /// The leader has asked in our name.
  void expect() {
    isExpected = true;
  }

  /// Asks for memory for all tokens so far.
  void ask(Tokens known) {
    lease = Sequence.NO_LEASE;
    lane.pool().tell(claim(strand.number(), self, known, !isExpected));
  }

  private MemoryPool.Reserve claim(
      long number, ActorRef<Sequence.Command> owner, Tokens known, boolean isNew) {
    return new MemoryPool.Reserve(
        number,
        lane.poolModel(),
        strand.completion().tenant(),
        known,
        drawing.lengthLimit(),
        isNew,
        owner);
  }

  /// Takes a lease; one that was held before is worth nothing then.
  void take(Sequence.Granted granted) {
    leave();
    lease = granted.lease();
    computed = granted.reusedTokens();
    yieldAt = Integer.MAX_VALUE;
    isExpected = true;
  }

  /// Runs with the lease.
  ///
  /// @param cuts see [Scheduler.Enter], as is `holdAt`
  void enter(Tokens known, List<Integer> cuts, int holdAt) {
    lane.scheduler()
        .tell(
            new Scheduler.Enter(
                self,
                strand.number(),
                lease,
                strand.completion().tenant(),
                known,
                computed,
                cuts,
                holdAt,
                drawing));
  }

  /// Lets others continue from all that was computed.
  void share(List<Sequence.Follower> followers, Tokens known) {
    lane.pool()
        .tell(
            new MemoryPool.Fork(
                lease,
                followers.stream()
                    .map(one -> claim(one.number(), one.actor(), known, false))
                    .toList()));
    followers.forEach(one -> one.actor().tell(Sequence.Forked.NOW));
  }

  void proceed() {
    lane.scheduler().tell(new Scheduler.Proceed(lease));
  }

  void supply() {
    lane.scheduler().tell(new Scheduler.Supply(lease));
  }

  void pause(boolean paused) {
    if (lease != Sequence.NO_LEASE) {
      lane.scheduler().tell(new Scheduler.Pause(lease, paused));
      lane.pool().tell(new MemoryPool.Pause(lease, paused));
    }
  }

  /// Runs no more; the pool has ended the lease, or will when it is told.
  void leave() {
    if (lease != Sequence.NO_LEASE) {
      lane.scheduler().tell(new Scheduler.Leave(lease));
    }
  }

  /// Ends the lease.
  ///
  /// @param kept what was computed and may serve others; empty: its bytes are not to be trusted
  void giveBack(Optional<Tokens> kept) {
    leave();
    if (lease != Sequence.NO_LEASE) {
      lane.pool().tell(new MemoryPool.Retire(lease, kept));
    }
    lease = Sequence.NO_LEASE;
  }
}
