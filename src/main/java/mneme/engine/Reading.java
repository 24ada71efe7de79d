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

/// A sequence's events as a stream with back-pressure. Cancelling the stream cancels the sequence;
/// a sequence that dies without a last word becomes [Event.Failed].
final class Reading extends GraphStage<SourceShape<Event>> {
  /// Events that may be under way to a stream that does not ask for them.
  private static final int CREDIT = 16;

  private static final String SILENCE = "silence";
  private static final Duration LAST_WORD = Duration.ofMillis(100);

  private final Outlet<Event> out = Outlet.create("Reading.out");
  private final SourceShape<Event> shape = SourceShape.of(out);
  private final Consumer<ActorRef<Reader.Message>> start;

  /// @param start asks for a sequence that tells its events to the reader it is given
  Reading(Consumer<ActorRef<Reader.Message>> start) {
    this.start = start;
  }

  @Override
  public SourceShape<Event> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inheritedAttributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic {
    private final Queue<Event> events = new ArrayDeque<>();
    private @Nullable ActorRef<Sequence.Command> sequence;
    private boolean ended;
    private boolean abandoned;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pushNext();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              cancel();
            }
          });
    }

    @Override
    public void preStart() {
      start.accept(Adapter.toTyped(getStageActor(this::onMessage).ref()));
    }

    /// Nobody is left to read: the sequence is told, now or as soon as it says who it is.
    private void cancel() {
      abandoned = true;
      if (sequence != null) {
        sequence.tell(Sequence.Cancel.NOW);
      }
      if (sequence != null || ended) {
        completeStage();
      } else {
        setKeepGoing(true);
      }
    }

    private BoxedUnit onMessage(Tuple2<org.apache.pekko.actor.ActorRef, Object> letter) {
      switch (letter._2()) {
        case Reader.Attached(var writer) -> onAttached(writer);
        case Reader.Said(var event) -> onEvent(event);
        case Terminated _ -> scheduleOnce(SILENCE, LAST_WORD);
        default -> throw new IllegalStateException("a stream was told " + letter._2());
      }
      return BoxedUnit.UNIT;
    }

    /// Its last word may come after the news of its death, while the stream is starting.
    @Override
    public void onTimer(Object key) {
      onEvent(
          new Event.Failed(
              Event.Failure.INTERNAL, "the sequence died without finishing its stream"));
    }

    private void onAttached(ActorRef<Sequence.Command> writer) {
      sequence = writer;
      if (abandoned) {
        cancel();
      } else {
        stageActor().watch(Adapter.toClassic(writer));
        writer.tell(new Sequence.More(CREDIT));
      }
    }

    private void onEvent(Event event) {
      if (ended) {
        return;
      }
      events.add(event);
      ended = event instanceof Event.Finished || event instanceof Event.Failed;
      if (abandoned) {
        completeStage();
      } else if (isAvailable(out)) {
        pushNext();
      }
    }

    private void pushNext() {
      Event event = events.poll();
      if (event == null) {
        return;
      }
      push(out, event);
      if (ended && events.isEmpty()) {
        completeStage();
      } else if (sequence != null) {
        sequence.tell(new Sequence.More(1));
      }
    }
  }
}
