package mneme.engine;

import java.util.Optional;
import java.util.function.Function;
import mneme.text.Detokenizer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// One stream of tokens. It owns its lease: asks for it, hands it to the scheduler, gives it back
/// when asked and continues later by reading its own tokens again. It turns tokens into text and
/// never sends more than its reader has asked for.
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
  record Granted(long lease, int reusedTokens, String note) implements Command {}

  /// From the pool: the request cannot be served.
  record Refused(Event.Failure failure, String message) implements Command {}

  /// From the pool: another needs the memory more.
  record Yield(long lease) implements Command {}

  /// From the pool: a slice that had got no memory can be planned again.
  record Supplied(long lease) implements Command {}

  /// From the pool: all it knew is lost, the lease or the place in the queue.
  record Revoked(long lease) implements Command {}

  /// From the scheduler: what became of a slice.
  record Told(Outcome outcome) implements Command {}

  /// From the scheduler: it does not plan for this lease any more.
  record Dismissed(long lease) implements Command {}

  private final ActorContext<Command> context;
  private final long number;
  private final Completion completion;
  private final Lane lane;
  private final ActorRef<Reader.Message> reader;
  private final Transcript transcript;
  private final Drawing drawing;
  private final Stopwatch stopwatch;
  private long lease = NO_LEASE;
  private int computed;
  private int credit;
  private boolean paused;

  /// What a sequence is made from.
  ///
  /// @param number counts sequences as they arrive at the node; its rank
  record Request(
      long number, Completion completion, ActorRef<Reader.Message> reader, Stopwatch stopwatch) {}

  static Behavior<Command> create(Request request, Lane lane) {
    return Contained.contain(
        Command.class, Behaviors.setup(context -> new Sequence(context, request, lane).start()));
  }

  private Sequence(ActorContext<Command> context, Request request, Lane lane) {
    this.context = context;
    this.lane = lane;
    number = request.number();
    completion = request.completion();
    reader = request.reader();
    stopwatch = request.stopwatch();
    transcript = new Transcript(completion, Detokenizer.continuing(lane.model().tokenizer()));
    drawing = Drawing.of(completion, lane);
  }

  private Behavior<Command> start() {
    reader.tell(new Reader.Attached(context.getSelf()));
    context.watchWith(reader, Cancel.NOW);
    int promptTokens = completion.prompt().length();
    if (promptTokens == 0) {
      return failed(Event.Failure.BAD_REQUEST, "the prompt is empty; at least one token is needed");
    }
    if (promptTokens >= lane.longestTokens()) {
      return failed(Event.Failure.NEVER_FITS, tooLong(promptTokens));
    }
    if (drawing.lengthLimit() <= promptTokens) {
      say(new Event.Started(promptTokens, 0, "nothing was to be generated"));
      return ended(Event.Reason.LENGTH);
    }
    return reserve();
  }

  private String tooLong(int promptTokens) {
    return "the prompt has %d tokens; with one more that is beyond the %d that '%s' can hold here"
        .formatted(promptTokens, lane.longestTokens(), lane.model().name());
  }

  /// Asks for memory for all tokens so far, and waits.
  private Behavior<Command> reserve() {
    lease = NO_LEASE;
    lane.pool()
        .tell(
            new MemoryPool.Reserve(
                number,
                lane.poolModel(),
                completion.tenant(),
                transcript.tokens(transcript.length()),
                drawing.lengthLimit(),
                !stopwatch.isAdmitted(),
                context.getSelf()));
    return phase(this::whileWaiting);
  }

  private Behavior<Command> whileWaiting(Command command) {
    return switch (command) {
      case Granted granted -> onGranted(granted);
      case Refused(var failure, var message) -> failed(failure, message);
      case Revoked _ -> reserve();
      case More(var events) -> onMore(events);
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Yield _, Supplied _, Told _, Dismissed _ -> Behaviors.same();
    };
  }

  private Behavior<Command> onGranted(Granted granted) {
    if (lease != NO_LEASE) {
      lane.scheduler().tell(new Scheduler.Leave(lease));
    }
    lease = granted.lease();
    computed = granted.reusedTokens();
    if (stopwatch.admitted(lane.nowNs().getAsLong(), granted.reusedTokens())) {
      say(new Event.Started(completion.prompt().length(), granted.reusedTokens(), granted.note()));
    }
    lane.scheduler()
        .tell(
            new Scheduler.Enter(
                context.getSelf(),
                lease,
                completion.tenant(),
                transcript.tokens(transcript.length()),
                granted.reusedTokens(),
                drawing));
    return phase(this::whileRunning);
  }

  /// What concerns an earlier lease comes late and is of no interest.
  private Behavior<Command> whileRunning(Command command) {
    return switch (command) {
      case Told(var outcome) -> outcome.lease() == lease ? onTold(outcome) : Behaviors.same();
      case More(var events) -> onMore(events);
      case Supplied(var of) -> of == lease ? onSupplied() : Behaviors.same();
      case Yield(var of) -> of == lease ? onYield() : Behaviors.same();
      case Revoked(var of) -> of == lease ? onRevoked() : Behaviors.same();
      case Dismissed(var of) -> of == lease ? onYield() : Behaviors.same();
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Refused(var failure, var message) -> failed(failure, message);
      case Granted granted -> onGranted(granted);
    };
  }

  private Behavior<Command> onTold(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Read(_, var end) -> {
        computed = end;
        yield Behaviors.same();
      }
      case Outcome.Skipped _ -> Behaviors.same();
      case Outcome.Drawn(_, var index, var token) -> onDrawn(index, token);
      case Outcome.Ended(_, var length) -> {
        computed = length;
        yield ended(Event.Reason.STOP);
      }
      case Outcome.Broken(_, var message) -> failed(Event.Failure.INTERNAL, message);
    };
  }

  private Behavior<Command> onDrawn(int index, Event.Token token) {
    if (index != transcript.length()) {
      throw new IllegalStateException(
          "token %d came when %d was due".formatted(index, transcript.length()));
    }
    computed = index;
    stopwatch.drawn(lane.nowNs().getAsLong());
    transcript.add(token);
    if (transcript.isStopped()) {
      return ended(Event.Reason.STOP);
    }
    if (transcript.length() >= drawing.lengthLimit()) {
      return ended(Event.Reason.LENGTH);
    }
    feed();
    return Behaviors.same();
  }

  private Behavior<Command> onMore(int events) {
    credit += events;
    feed();
    return Behaviors.same();
  }

  private Behavior<Command> onSupplied() {
    lane.scheduler().tell(new Scheduler.Supply(lease));
    return Behaviors.same();
  }

  /// Gives the lease back and queues again, unless nobody reads.
  private Behavior<Command> onYield() {
    stopwatch.preempted();
    giveBack();
    return paused ? phase(this::whileIdle) : reserve();
  }

  private Behavior<Command> onRevoked() {
    lane.scheduler().tell(new Scheduler.Leave(lease));
    return paused ? phase(this::whileIdle) : reserve();
  }

  /// Without memory, until the reader reads again.
  private Behavior<Command> whileIdle(Command command) {
    return switch (command) {
      case More(var events) -> {
        onMore(events);
        yield paused ? Behaviors.same() : reserve();
      }
      case Cancel _ -> ended(Event.Reason.CANCELLED);
      case Refused _, Granted _, Yield _, Supplied _, Revoked _, Told _, Dismissed _ ->
          Behaviors.same();
    };
  }

  /// Sends what the reader will take, and pauses or resumes according to what is left.
  private void feed() {
    if (credit > 0) {
      transcript.take().ifPresent(this::sayForCredit);
    }
    boolean full = credit == 0 && transcript.unreadTokens() >= lane.bufferTokens();
    if (full != paused) {
      paused = full;
      if (lease != NO_LEASE) {
        lane.scheduler().tell(new Scheduler.Pause(lease, paused));
        lane.pool().tell(new MemoryPool.Pause(lease, paused));
      }
    }
  }

  private void sayForCredit(Event event) {
    credit--;
    say(event);
  }

  private void say(Event event) {
    reader.tell(new Reader.Said(event));
  }

  private void giveBack() {
    if (lease != NO_LEASE) {
      lane.scheduler().tell(new Scheduler.Leave(lease));
      lane.pool().tell(new MemoryPool.Retire(lease, Optional.of(transcript.tokens(computed))));
    }
    lease = NO_LEASE;
  }

  private Behavior<Command> ended(Event.Reason reason) {
    giveBack();
    transcript.end();
    transcript.takeLast().ifPresent(this::say);
    say(
        new Event.Finished(
            reason, stopwatch.statistics(completion.prompt().length(), transcript.generated())));
    return Behaviors.stopped();
  }

  private Behavior<Command> failed(Event.Failure failure, String message) {
    if (lease != NO_LEASE) {
      lane.scheduler().tell(new Scheduler.Leave(lease));
      lane.pool().tell(new MemoryPool.Retire(lease, Optional.empty()));
    }
    say(new Event.Failed(failure, message));
    return Behaviors.stopped();
  }

  private static Behavior<Command> phase(Function<Command, Behavior<Command>> onMessage) {
    return Behaviors.receiveMessage(onMessage::apply);
  }
}
