package mneme.engine;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// One stream of tokens. It owns its lease: asks for it, hands it to the scheduler, gives it back
/// when asked and continues later by reading its own tokens again. It turns tokens into text and
/// never sends more than its reader has asked for.
///
/// Of several choices for one prompt the first is the leader: it reads the prompt, and before it
/// draws its first token the others, its followers, go on from its memory, each with a lease of its
/// own. From then on they have nothing in common; a follower whose leader dies earlier reads the
/// prompt itself.
public final class Sequence {
  static final long NO_LEASE = 0;

  public sealed interface Command {}

  /// From the reader: it takes so many events more.
  record More(int events) implements Command {}

  /// The reader has left.
  enum Cancel implements Command {
    NOW
  }

  /// From the pool: the first `reusedTokens` need not be read again; `note` says why not more.
  ///
  /// @param cuts positions off the grid at which the reading is cut too, so that states can be
  ///   saved
  record Granted(long lease, int reusedTokens, String note, List<Integer> cuts) implements Command {
    Granted {
      cuts = List.copyOf(cuts);
    }
  }

  /// From the pool or the scheduler: the request cannot be served.
  record Refused(Event.Failure failure, String message) implements Command {}

  /// From the pool: another needs the memory more. Steps have read `read` tokens, and no more are
  /// under way.
  record Yield(long lease, int read) implements Command {}

  /// From the pool: it has no room for what was asked, even for this stream alone.
  record Outgrown(String message) implements Command {}

  /// From the pool: a slice that had got no memory can be planned again.
  record Supplied(long lease) implements Command {}

  /// From the pool: all it knew is lost, the lease or the place in the queue.
  record Revoked(long lease) implements Command {}

  /// From the scheduler: what became of a slice.
  record Told(Outcome outcome) implements Command {}

  /// From the scheduler: it does not plan for this lease any more.
  record Dismissed(long lease) implements Command {}

  /// From the leader: it has asked the pool for memory in our name.
  enum Forked implements Command {
    NOW
  }

  /// From the host: the model is on another device now.
  record Move(Lane to) implements Command {}

  /// To a follower: whom it waits for is dead.
  enum LeaderGone implements Command {
    NOW
  }

  private final Telling telling;
  private final Tenancy tenancy;
  private final Followers followers;

  /// What the leader asked for in our name may lie on a device that we have left.
  private boolean hasMoved;

  /// A sequence that waits for this one to have read their prompt.
  record Follower(long number, ActorRef<Command> actor) {}

  static Behavior<Command> create(Strand strand, Lane lane, List<Follower> followers) {
    return create(strand, lane, followers, Sequence::reserve);
  }

  /// A sequence that waits for its leader.
  static Behavior<Command> follower(Strand strand, Lane lane) {
    return create(strand, lane, List.of(), follower -> phase(follower::whileFollowing));
  }

  private static Behavior<Command> create(
      Strand strand,
      Lane lane,
      List<Follower> followers,
      Function<Sequence, Behavior<Command>> first) {
    return Contained.contain(
        Command.class,
        Behaviors.setup(context -> {
          // Before anything can fail: who reads watches us from here on.
          strand.reader().tell(new Reader.Attached(strand.choice(), context.getSelf()));
          return new Sequence(context, strand, lane, followers)
              .start(lane.refusal(strand.completion()), first);
        }));
  }

  private Sequence(
      ActorContext<Command> context, Strand strand, Lane lane, List<Follower> waiting) {
    Drawing drawing = Drawing.of(strand.completion(), lane);
    telling = new Telling(strand, lane, drawing);
    tenancy = new Tenancy(strand, lane, drawing, context.getSelf());
    followers = new Followers(waiting, strand.completion().prompt().length());
    context.watchWith(strand.reader(), Cancel.NOW);
  }

  private Behavior<Command> start(
      Optional<Event.Failed> refusal, Function<Sequence, Behavior<Command>> first) {
    if (refusal.isPresent()) {
      return failed(refusal.get());
    }
    if (telling.isOver()) {
      telling.start(0, "nothing was to be generated");
      return ended(Event.Reason.LENGTH);
    }
    return first.apply(this);
  }

  /// The leader reads; it or its death is heard of.
  private Behavior<Command> whileFollowing(Command command) {
    return switch (command) {
      case Forked _ -> {
        tenancy.expect();
        yield hasMoved ? reserve() : phase(this::whileWaiting);
      }
      case Move(var to) -> {
        tenancy.moveTo(to);
        hasMoved = true;
        yield Behaviors.same();
      }
      case LeaderGone _ -> reserve();
      case Granted _, Refused _, Outgrown _, Revoked _, More _, Cancel _ -> whileWaiting(command);
      case Yield _, Supplied _, Told _, Dismissed _ -> Behaviors.same();
    };
  }

  /// Asks for memory for all tokens so far, and waits.
  private Behavior<Command> reserve() {
    tenancy.ask(telling.known());
    return phase(this::whileWaiting);
  }

  private Behavior<Command> whileWaiting(Command command) {
    return switch (command) {
      case Granted granted -> onGranted(granted);
      case Refused(var failure, var message) -> failed(new Event.Failed(failure, message));
      case Outgrown(var message) -> onOutgrown(message);
      case Revoked _ -> reserve();
      case Move(var to) -> {
        tenancy.moveTo(to);
        yield reserve();
      }
      case More(var events) -> onMore(events);
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Yield _, Supplied _, Told _, Dismissed _, Forked _, LeaderGone _ -> Behaviors.same();
    };
  }

  private Behavior<Command> onGranted(Granted granted) {
    if (!tenancy.isHere(granted.lease())) {
      return Behaviors.same();
    }
    tenancy.take(granted);
    telling.start(granted.reusedTokens(), granted.note());
    followers.shareIfDue(tenancy, telling::known);
    tenancy.enter(telling.known(), granted.cuts(), followers.holdAt());
    return phase(this::whileRunning);
  }

  /// What concerns an earlier lease comes late and is of no interest.
  private Behavior<Command> whileRunning(Command command) {
    return switch (command) {
      case Told(var outcome) -> tenancy.isOf(outcome.lease()) ? onTold(outcome) : Behaviors.same();
      case More(var events) -> onMore(events);
      case Supplied(var of) -> {
        if (tenancy.isOf(of)) {
          tenancy.supply();
        }
        yield Behaviors.same();
      }
      case Yield(var of, var read) -> tenancy.isOf(of) ? onAsked(read) : Behaviors.same();
      case Revoked(var of) -> tenancy.isOf(of) ? onRevoked() : Behaviors.same();
      case Dismissed(var of) -> tenancy.isOf(of) ? onYield() : Behaviors.same();
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Refused(var failure, var message) -> failed(new Event.Failed(failure, message));
      case Granted granted -> onGranted(granted);
      case Move(var to) -> onMove(to);
      case Forked _, LeaderGone _, Outgrown _ -> Behaviors.same();
    };
  }

  private Behavior<Command> onTold(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Read(_, var end) -> {
        tenancy.computed(end);
        if (followers.shareIfDue(tenancy, telling::known)) {
          tenancy.proceed();
        }
        yield yieldIfDue();
      }
      case Outcome.Skipped _ -> Behaviors.same();
      case Outcome.Drawn(_, var index, var token) -> onDrawn(index, token);
      case Outcome.Ended(_, var length) -> {
        tenancy.computed(length);
        yield ended(Event.Reason.STOP);
      }
      case Outcome.Broken(_, var message) -> onBroken(message);
    };
  }

  /// What the device says of its own memory is not to be trusted: the sequence rewinds to what
  /// others vouch for, and reads on from there. If the same token breaks again, it is the stream's
  /// own fault.
  private Behavior<Command> onBroken(String message) {
    if (telling.breaksAgain()) {
      return failed(new Event.Failed(Event.Failure.INTERNAL, message));
    }
    tenancy.giveBack(Optional.empty());
    return goOn();
  }

  private Behavior<Command> onDrawn(int index, Event.Token token) {
    tenancy.computed(index);
    Optional<Event.Reason> end = telling.add(index, token);
    if (end.isPresent()) {
      return ended(end.get());
    }
    feed();
    return yieldIfDue();
  }

  private Behavior<Command> onMore(int events) {
    telling.more(events);
    feed();
    return Behaviors.same();
  }

  private Behavior<Command> onAsked(int read) {
    tenancy.yieldAt(read);
    return yieldIfDue();
  }

  private Behavior<Command> yieldIfDue() {
    return tenancy.isToYield() ? onYield() : Behaviors.same();
  }

  /// What came so far is an answer, only shorter; without a token there is none.
  private Behavior<Command> onOutgrown(String message) {
    return telling.hasBegun()
        ? ended(Event.Reason.LENGTH)
        : failed(new Event.Failed(Event.Failure.NEVER_FITS, message));
  }

  private Behavior<Command> onYield() {
    telling.interrupted();
    giveBack();
    return goOn();
  }

  /// Continues on another device by reading its own tokens again.
  private Behavior<Command> onMove(Lane to) {
    telling.interrupted();
    giveBack();
    tenancy.moveTo(to);
    return goOn();
  }

  private Behavior<Command> onRevoked() {
    tenancy.leave();
    return goOn();
  }

  /// Queues again, unless nobody reads.
  private Behavior<Command> goOn() {
    return telling.isPaused() ? phase(this::whileIdle) : reserve();
  }

  /// Without memory, until the reader reads again.
  private Behavior<Command> whileIdle(Command command) {
    return switch (command) {
      case More(var events) -> {
        onMore(events);
        yield telling.isPaused() ? Behaviors.same() : reserve();
      }
      case Move(var to) -> {
        tenancy.moveTo(to);
        yield Behaviors.same();
      }
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Refused(var failure, var message) -> failed(new Event.Failed(failure, message));
      case Granted _, Yield _, Outgrown _, Supplied _ -> Behaviors.same();
      case Revoked _, Told _, Dismissed _ -> Behaviors.same();
      case Forked _, LeaderGone _ -> Behaviors.same();
    };
  }

  /// Sends what the reader will take, and pauses or resumes according to what is left.
  private void feed() {
    if (telling.feed()) {
      tenancy.pause(telling.isPaused());
    }
  }

  private void giveBack() {
    tenancy.giveBack(Optional.of(telling.tokens(tenancy.computed())));
  }

  private Behavior<Command> ended(Event.Reason reason) {
    giveBack();
    telling.finish(reason);
    return Behaviors.stopped();
  }

  private Behavior<Command> failed(Event.Failed failed) {
    tenancy.giveBack(Optional.empty());
    telling.fail(failed);
    return Behaviors.stopped();
  }

  private static Behavior<Command> phase(Function<Command, Behavior<Command>> onMessage) {
    return Behaviors.receiveMessage(onMessage::apply);
  }
}
