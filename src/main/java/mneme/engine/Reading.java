package mneme.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;
import scala.runtime.BoxedUnit;

/// The events of a request's sequences as one stream with back-pressure. Cancelling the stream
/// cancels them all; a sequence that dies without a last word becomes [Event.Failed].
final class Reading extends GraphStage<SourceShape<Engine.Choice>> {
  /// Events of each sequence that may be under way to a stream that does not ask for them.
  private static final int CREDIT = 16;

  private static final Duration LAST_WORD = Duration.ofMillis(100);

  private final Outlet<Engine.Choice> out = Outlet.create("Reading.out");
  private final SourceShape<Engine.Choice> shape = SourceShape.of(out);
  private final int choices;
  private final Consumer<ActorRef<Reader.Message>> start;

  /// @param start asks for `choices` sequences that tell their events to the reader it is given
  Reading(int choices, Consumer<ActorRef<Reader.Message>> start) {
    this.choices = choices;
    this.start = start;
  }

  @Override
  public SourceShape<Engine.Choice> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inheritedAttributes) {
    return new Logic();
  }

  /// One of the sequences, as its reader knows it.
  private static final class Writer {
    final int choice;
    @Nullable ActorRef<Sequence.Command> sequence;
    boolean ended;

    Writer(int choice) {
      this.choice = choice;
    }

    void tell(Sequence.Command command) {
      if (sequence != null && !ended) {
        sequence.tell(command);
      }
    }

    /// Whether nothing will be heard of it that matters to one who has left.
    boolean isSettled() {
      return ended || sequence != null;
    }
  }

  private final class Logic extends TimerGraphStageLogic {
    private final Queue<Engine.Choice> events = new ArrayDeque<>();
    private final Writer[] writers = new Writer[choices];
    private int writing = choices;
    private boolean abandoned;

    Logic() {
      super(shape);
      for (int choice = 0; choice < choices; choice++) {
        writers[choice] = new Writer(choice);
      }
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pushNext();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              abandoned = true;
              setKeepGoing(true);
              for (Writer writer : writers) {
                writer.tell(Sequence.Cancel.NOW);
              }
              completeIfAbandoned();
            }
          });
    }

    @Override
    public void preStart() {
      start.accept(Adapter.toTyped(getStageActor(this::onMessage).ref()));
    }

    /// Nobody is left to read: all sequences are told, each as soon as it says who it is.
    private void completeIfAbandoned() {
      for (Writer writer : writers) {
        if (!writer.isSettled()) {
          return;
        }
      }
      completeStage();
    }

    private BoxedUnit onMessage(Tuple2<org.apache.pekko.actor.ActorRef, Object> letter) {
      switch (letter._2()) {
        case Reader.Attached(var choice, var sequence) -> onAttached(writers[choice], sequence);
        case Reader.Said(var choice, var event) -> onEvent(writers[choice], event);
        case Terminated dead -> onDeath(Adapter.toTyped(dead.getActor()));
        default -> throw new IllegalStateException("a stream was told " + letter._2());
      }
      return BoxedUnit.UNIT;
    }

    /// Its last word may come after the news of its death, while the stream is starting.
    private void onDeath(ActorRef<Sequence.Command> dead) {
      for (Writer writer : writers) {
        if (dead.equals(writer.sequence)) {
          scheduleOnce(writer, LAST_WORD);
        }
      }
    }

    @Override
    public void onTimer(Object writer) {
      onEvent(
          (Writer) writer,
          new Event.Failed(
              Event.Failure.INTERNAL, "the sequence died without finishing its stream"));
    }

    private void onAttached(Writer writer, ActorRef<Sequence.Command> sequence) {
      writer.sequence = sequence;
      if (abandoned) {
        writer.tell(Sequence.Cancel.NOW);
        completeIfAbandoned();
      } else {
        stageActor().watch(Adapter.toClassic(sequence));
        writer.tell(new Sequence.More(CREDIT));
      }
    }

    private void onEvent(Writer writer, Event event) {
      if (writer.ended) {
        return;
      }
      events.add(new Engine.Choice(writer.choice, event));
      if (event instanceof Event.Finished || event instanceof Event.Failed) {
        writer.ended = true;
        writing--;
      }
      if (abandoned) {
        completeIfAbandoned();
      } else if (isAvailable(out)) {
        pushNext();
      }
    }

    private void pushNext() {
      Engine.Choice next = events.poll();
      if (next == null) {
        return;
      }
      push(out, next);
      writers[next.index()].tell(new Sequence.More(1));
      if (writing == 0 && events.isEmpty()) {
        completeStage();
      }
    }
  }
}
