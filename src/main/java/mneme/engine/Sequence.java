package mneme.engine;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import mneme.memory.Tokens;
import mneme.schedule.Admission;
import mneme.text.Detokenizer;
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

  private final ActorContext<Command> context;
  private final Completion completion;
  private Lane lane;
  private final Transcript transcript;
  private final Delivery delivery;
  private final Drawing drawing;
  private final Stopwatch stopwatch;
  private final Tenancy tenancy;

  /// Tokens after which the lease is given back, because the pool wants it.
  private int yieldAt;

  private List<Follower> followers;

  /// Length of the stream when numbers came for its next token that are none.
  private int brokenAt;

  /// What the leader asked for in our name may lie on a device that we have left.
  private boolean hasMoved;

  /// A sequence that waits for this one to have read their prompt.
  record Follower(long number, ActorRef<Command> actor) {}

  static Behavior<Command> create(Strand strand, Lane lane, List<Follower> followers) {
    return Contained.contain(
        Command.class,
        Behaviors.setup(context -> {
          Sequence sequence = new Sequence(context, strand, lane, followers);
          return sequence.start(sequence::reserve);
        }));
  }

  /// A sequence that waits for its leader.
  static Behavior<Command> follower(Strand strand, Lane lane) {
    return Contained.contain(
        Command.class,
        Behaviors.setup(context -> {
          Sequence sequence = new Sequence(context, strand, lane, List.of());
          return sequence.start(() -> phase(sequence::whileFollowing));
        }));
  }

  private Sequence(
      ActorContext<Command> context, Strand strand, Lane lane, List<Follower> followers) {
    // Before anything can fail: who reads watches us from here on.
    strand.reader().tell(new Reader.Attached(strand.choice(), context.getSelf()));
    this.context = context;
    this.lane = lane;
    this.followers = followers;
    completion = strand.completion();
    stopwatch = strand.stopwatch();
    transcript = new Transcript(completion, Detokenizer.continuing(lane.model().tokenizer()));
    delivery = new Delivery(strand, transcript, lane.bufferTokens());
    drawing = Drawing.of(completion, lane);
    tenancy = new Tenancy(strand, lane, drawing, context.getSelf());
    context.watchWith(strand.reader(), Cancel.NOW);
  }

  private Behavior<Command> start(Supplier<Behavior<Command>> first) {
    int promptTokens = completion.prompt().length();
    if (promptTokens == 0) {
      return failed(Event.Failure.BAD_REQUEST, "the prompt is empty; at least one token is needed");
    }
    int most = completion.memory().contextTokens().orElse(Integer.MAX_VALUE);
    if (promptTokens >= most) {
      return failed(
          Event.Failure.BAD_REQUEST,
          "the prompt has %d tokens and the request allows %d for prompt and answer; allow more"
              .formatted(promptTokens, most));
    }
    return switch (lane.admission().judge(promptTokens, 1)) {
      case Admission.TooLong never -> failed(Event.Failure.NEVER_FITS, never.sentence());
      case Admission.NeverFits never -> failed(Event.Failure.NEVER_FITS, never.sentence());
      case Admission.Possible _ -> start(promptTokens, first);
    };
  }

  private Behavior<Command> start(int promptTokens, Supplier<Behavior<Command>> first) {
    if (drawing.lengthLimit() <= promptTokens) {
      delivery.say(new Event.Started(promptTokens, 0, "nothing was to be generated"));
      return ended(Event.Reason.LENGTH);
    }
    return first.get();
  }

  /// The leader reads; it or its death is heard of.
  private Behavior<Command> whileFollowing(Command command) {
    return switch (command) {
      case Forked _ -> {
        tenancy.expect();
        yield hasMoved ? reserve() : phase(this::whileWaiting);
      }
      case Move(var to) -> {
        moveTo(to);
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
    tenancy.ask(known());
    return phase(this::whileWaiting);
  }

  private Tokens known() {
    return transcript.tokens(transcript.length());
  }

  private Behavior<Command> whileWaiting(Command command) {
    return switch (command) {
      case Granted granted -> onGranted(granted);
      case Refused(var failure, var message) -> failed(failure, message);
      case Outgrown(var message) -> onOutgrown(message);
      case Revoked _ -> reserve();
      case Move(var to) -> {
        moveTo(to);
        yield reserve();
      }
      case More(var events) -> onMore(events);
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Yield _, Supplied _, Told _, Dismissed _, Forked _, LeaderGone _ -> Behaviors.same();
    };
  }

  /// A lease on a device that we have left ends when that device opens again.
  private Behavior<Command> onGranted(Granted granted) {
    if (!lane.station().lends(granted.lease())) {
      return Behaviors.same();
    }
    tenancy.take(granted);
    yieldAt = Integer.MAX_VALUE;
    if (stopwatch.admitted(lane.nowNs().getAsLong(), granted.reusedTokens())) {
      delivery.say(
          new Event.Started(completion.prompt().length(), granted.reusedTokens(), granted.note()));
    }
    shareIfDue();
    tenancy.enter(
        known(), granted.cuts(), followers.isEmpty() ? Integer.MAX_VALUE : forkPosition());
    return phase(this::whileRunning);
  }

  /// Before the last token of the prompt: to read that one, each draws from it by itself.
  private int forkPosition() {
    return completion.prompt().length() - 1;
  }

  /// Once all that they share is read, and nothing more, the followers get leases on it.
  private boolean shareIfDue() {
    if (followers.isEmpty() || tenancy.computed() != forkPosition()) {
      return false;
    }
    tenancy.share(followers, known());
    followers = List.of();
    return true;
  }

  /// What concerns an earlier lease comes late and is of no interest.
  private Behavior<Command> whileRunning(Command command) {
    return switch (command) {
      case Told(var outcome) -> tenancy.isOf(outcome.lease()) ? onTold(outcome) : Behaviors.same();
      case More(var events) -> onMore(events);
      case Supplied(var of) -> tenancy.isOf(of) ? onSupplied() : Behaviors.same();
      case Yield(var of, var read) -> tenancy.isOf(of) ? onAsked(read) : Behaviors.same();
      case Revoked(var of) -> tenancy.isOf(of) ? onRevoked() : Behaviors.same();
      case Dismissed(var of) -> tenancy.isOf(of) ? onYield() : Behaviors.same();
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Refused(var failure, var message) -> failed(failure, message);
      case Granted granted -> onGranted(granted);
      case Move(var to) -> onMove(to);
      case Forked _, LeaderGone _, Outgrown _ -> Behaviors.same();
    };
  }

  private Behavior<Command> onTold(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Read(_, var end) -> {
        tenancy.computed(end);
        if (shareIfDue()) {
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
    if (brokenAt == transcript.length()) {
      return failed(Event.Failure.INTERNAL, message);
    }
    brokenAt = transcript.length();
    tenancy.giveBack(Optional.empty());
    return goOn();
  }

  private Behavior<Command> onDrawn(int index, Event.Token token) {
    if (index != transcript.length()) {
      throw new IllegalStateException(
          "token %d came when %d was due".formatted(index, transcript.length()));
    }
    tenancy.computed(index);
    stopwatch.drawn(lane.nowNs().getAsLong());
    transcript.add(token);
    if (transcript.isStopped()) {
      return ended(Event.Reason.STOP);
    }
    if (transcript.length() >= drawing.lengthLimit()) {
      return ended(Event.Reason.LENGTH);
    }
    feed();
    return yieldIfDue();
  }

  private Behavior<Command> onMore(int events) {
    delivery.more(events);
    feed();
    return Behaviors.same();
  }

  private Behavior<Command> onSupplied() {
    tenancy.supply();
    return Behaviors.same();
  }

  /// What the last steps did may still be on its way from the scheduler.
  private Behavior<Command> onAsked(int read) {
    yieldAt = read;
    return yieldIfDue();
  }

  private Behavior<Command> yieldIfDue() {
    return tenancy.computed() >= yieldAt ? onYield() : Behaviors.same();
  }

  /// What came so far is an answer, only shorter; without a token there is none.
  private Behavior<Command> onOutgrown(String message) {
    return transcript.generated() > 0
        ? ended(Event.Reason.LENGTH)
        : failed(Event.Failure.NEVER_FITS, message);
  }

  private Behavior<Command> onYield() {
    stopwatch.preempted();
    giveBack();
    return goOn();
  }

  /// Continues on another device by reading its own tokens again.
  private Behavior<Command> onMove(Lane to) {
    stopwatch.preempted();
    giveBack();
    moveTo(to);
    return goOn();
  }

  private void moveTo(Lane to) {
    lane = to;
    tenancy.moveTo(to);
  }

  private Behavior<Command> onRevoked() {
    tenancy.leave();
    return goOn();
  }

  /// Queues again, unless nobody reads.
  private Behavior<Command> goOn() {
    return delivery.isPaused() ? phase(this::whileIdle) : reserve();
  }

  /// Without memory, until the reader reads again.
  private Behavior<Command> whileIdle(Command command) {
    return switch (command) {
      case More(var events) -> {
        onMore(events);
        yield delivery.isPaused() ? Behaviors.same() : reserve();
      }
      case Move(var to) -> {
        moveTo(to);
        yield Behaviors.same();
      }
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Refused(var failure, var message) -> failed(failure, message);
      case Granted _, Yield _, Outgrown _, Supplied _ -> Behaviors.same();
      case Revoked _, Told _, Dismissed _ -> Behaviors.same();
      case Forked _, LeaderGone _ -> Behaviors.same();
    };
  }

  /// Sends what the reader will take, and pauses or resumes according to what is left.
  private void feed() {
    if (delivery.feed()) {
      tenancy.pause(delivery.isPaused());
    }
  }

  private void giveBack() {
    tenancy.giveBack(Optional.of(transcript.tokens(tenancy.computed())));
  }

  private Behavior<Command> ended(Event.Reason reason) {
    giveBack();
    delivery.end(
        new Event.Finished(
            reason, stopwatch.statistics(completion.prompt().length(), transcript.generated())));
    return Behaviors.stopped();
  }

  private Behavior<Command> failed(Event.Failure failure, String message) {
    tenancy.giveBack(Optional.empty());
    delivery.say(new Event.Failed(failure, message));
    return Behaviors.stopped();
  }

  private static Behavior<Command> phase(Function<Command, Behavior<Command>> onMessage) {
    return Behaviors.receiveMessage(onMessage::apply);
  }
}
