package mneme.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/// Reads one stream after its habit, and knows what it must be. Of a request with several choices
/// the first hears for all.
final class SimReader {
  private final Completion completion;
  private final Habit habit;
  private final ActorRef<Node.Command> node;
  private final List<Integer> wanted;
  private final List<Integer> got = new ArrayList<>();
  private final List<SimReader> others = new ArrayList<>();
  private @Nullable ActorRef<Message> self;
  private @Nullable ActorRef<Sequence.Command> sequence;
  private String end = "";
  private boolean isKilled;
  private boolean hasNews;

  /// @param batch events asked for at once
  /// @param pauseMs wait before asking for more; 0: none
  /// @param leavesAfter events after which it cancels; negative: never
  record Habit(int batch, int pauseMs, int leavesAfter) {
    static Habit draw(Random random) {
      return new Habit(
          1 + random.nextInt(8),
          random.nextInt(3) == 0 ? 1 + random.nextInt(100) : 0,
          random.nextInt(4) == 0 ? random.nextInt(12) : -1);
    }
  }

  private sealed interface Message {}

  private enum Arrive implements Message {
    NOW
  }

  private record Heard(Reader.Message message) implements Message {}

  private record Ask(int events) implements Message {}

  private enum Gone implements Message {
    NOW
  }

  /// Its last word may be on its way through the reader of the first choice.
  private enum Silence implements Message {
    NOW
  }

  private int events;
  private int asked;
  private int preemptions;

  SimReader(Completion completion, Habit habit, ActorRef<Node.Command> node) {
    this.completion = completion;
    this.habit = habit;
    this.node = node;
    wanted = Toys.answer(completion.prompt(), completion.maxTokens().orElseThrow());
  }

  /// Reads another choice of the request of this one.
  SimReader another(Habit its) {
    SimReader other = new SimReader(completion, its, node);
    others.add(other);
    return other;
  }

  /// Asks for all choices after `delay`.
  Behavior<Void> asking(Duration delay) {
    return behavior(context -> context.scheduleOnce(delay, context.getSelf(), Arrive.NOW));
  }

  Behavior<Void> listening() {
    return behavior(_ -> {});
  }

  private Behavior<Void> behavior(Consumer<ActorContext<Message>> first) {
    return Behaviors.<Message>setup(
            context -> {
              self = context.getSelf();
              first.accept(context);
              return Behaviors.receiveMessage(message -> on(context, message));
            })
        .unsafeCast();
  }

  private Behavior<Message> on(ActorContext<Message> context, Message message) {
    hasNews = true;
    switch (message) {
      case Arrive _ ->
          node.tell(
              new Node.Generate(
                  completion,
                  1 + others.size(),
                  context.messageAdapter(Reader.Message.class, Heard::new)));
      case Heard(Reader.Attached(var choice, var writer)) when choice > 0 ->
          others.get(choice - 1).pass(new Reader.Attached(0, writer));
      case Heard(Reader.Said(var choice, var event)) when choice > 0 ->
          others.get(choice - 1).pass(new Reader.Said(0, event));
      case Heard(Reader.Attached(_, var writer)) -> {
        sequence = writer;
        context.watchWith(writer, Gone.NOW);
        ask(context);
      }
      case Heard(Reader.Said(_, var event)) -> hear(context, event);
      case Ask(var more) -> Objects.requireNonNull(sequence).tell(new Sequence.More(more));
      case Gone _ -> context.scheduleOnce(Duration.ofMillis(1), context.getSelf(), Silence.NOW);
      case Silence _ -> end = end.isEmpty() ? "gone" : end;
    }
    return Behaviors.same();
  }

  private void pass(Reader.Message message) {
    Objects.requireNonNull(self).tell(new Heard(message));
  }

  private void ask(ActorContext<Message> context) {
    asked = habit.batch();
    if (habit.pauseMs() == 0) {
      context.getSelf().tell(new Ask(habit.batch()));
    } else {
      context.scheduleOnce(
          Duration.ofMillis(habit.pauseMs()), context.getSelf(), new Ask(habit.batch()));
    }
  }

  private void hear(ActorContext<Message> context, Event event) {
    switch (event) {
      case Event.Started _ -> {}
      case Event.Text(_, var tokens) -> {
        tokens.forEach(token -> got.add(token.id()));
        events++;
        asked--;
        if (events == habit.leavesAfter()) {
          Objects.requireNonNull(sequence).tell(Sequence.Cancel.NOW);
        } else if (asked == 0) {
          ask(context);
        }
      }
      case Event.Finished(var reason, var statistics) -> {
        end = reason.name();
        preemptions = statistics.preemptions();
      }
      case Event.Failed(var failure, var why) -> end = failure + ": " + why;
    }
  }

  boolean canBeKilled() {
    return sequence != null && end.isEmpty();
  }

  ActorRef<Sequence.Command> kill() {
    isKilled = true;
    return Objects.requireNonNull(sequence);
  }

  boolean isDone() {
    return !end.isEmpty();
  }

  /// Whether something has come since it was last asked.
  boolean hasNews() {
    boolean had = hasNews;
    hasNews = false;
    return had;
  }

  /// How long an answer can get for want of memory.
  record Room(int least, int most) {}

  /// Tokens come in order, each once, and are those of the pure function.
  void check(Room room) {
    boolean isPrefix = got.size() <= wanted.size() && wanted.subList(0, got.size()).equals(got);
    boolean isWhole = end.equals("STOP") || end.equals("LENGTH");
    boolean isShort = got.size() < Math.min(wanted.size(), room.least());
    if (!isPrefix || isWhole && isShort || got.size() > Math.max(0, room.most())) {
      throw new AssertionError(
          "%s got %s and ended with '%s', wanted %s"
              .formatted(completion.model(), got, end, wanted));
    }
    if (end.equals("gone") && !isKilled || end.startsWith("INTERNAL")) {
      throw new AssertionError("%s ended with '%s'".formatted(completion.model(), end));
    }
  }

  /// In a word.
  String end() {
    return end.replaceFirst(":.*", "");
  }

  int preemptions() {
    return preemptions;
  }

  Completion completion() {
    return completion;
  }

  String story() {
    return completion.model() + " " + got.size() + " " + end;
  }
}
