package mneme.engine;

import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/// A host's model on its way to a device: the landing that is under way, if one is. There is never
/// more than one, and what an earlier one still says is known for that.
final class Approach {
  private final ActorContext<ModelHost.Command> context;
  private final String model;
  private final ModelHost.House house;
  private final Function<Landing.Result, ModelHost.Command> message;
  private @Nullable ActorRef<Landing.Command> landing;
  private long landings;

  /// @param message what the host is to hear of a landing
  Approach(
      ActorContext<ModelHost.Command> context,
      String model,
      ModelHost.House house,
      Function<Landing.Result, ModelHost.Command> message) {
    this.context = context;
    this.model = model;
    this.house = house;
    this.message = message;
  }

  boolean isUnderWay() {
    return landing != null;
  }

  /// Instead of the one that may be under way.
  ///
  /// @param leastTokens of the longest sequence; a device that holds less is of no use
  /// @param read the model, if its file was read before
  void begin(int leastTokens, Optional<Blueprint> read) {
    if (landing != null) {
      context.stop(landing);
    }
    landings++;
    Landing.Job job =
        new Landing.Job(
            landings,
            model,
            leastTokens,
            read,
            context.getSelf(),
            context.messageAdapter(Landing.Result.class, message::apply));
    ActorRef<Landing.Command> begun =
        context.spawn(Landing.create(job, house), "loading-" + landings);
    context.watchWith(begun, message.apply(crash(landings)));
    landing = begun;
  }

  /// What a landing comes to that cannot say so itself.
  private static Landing.Result crash(long number) {
    return new Landing.Stranded(
        number, Event.Failure.INTERNAL, "loading it failed; the log says why");
  }

  /// Whether this is what the landing under way has come to; then none is any more.
  boolean ends(Landing.Result result) {
    boolean isAwaited = landing != null && result.number() == landings;
    if (isAwaited) {
      landing = null;
    }
    return isAwaited;
  }
}
