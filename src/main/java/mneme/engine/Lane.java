package mneme.engine;

import java.util.Optional;
import java.util.function.LongSupplier;
import mneme.memory.KvEncoding;
import mneme.schedule.Admission;
import org.apache.pekko.actor.typed.ActorRef;

/// What the sequences of one loaded model share, as long as it stays where it is.
///
/// @param kv how keys and values are kept
/// @param poolModel number of the model's memory plan at the pool
/// @param admission judges what fits the pool
/// @param longestTokens most tokens that a sequence may have: the context, or what the pool holds
/// @param bufferTokens tokens that a sequence runs ahead of a reader who does not read
/// @param nowNs a clock that only moves forward
record Lane(
    ServedModel model,
    KvEncoding kv,
    int poolModel,
    Admission admission,
    int longestTokens,
    int bufferTokens,
    Station station,
    ActorRef<Scheduler.Command> scheduler,
    LongSupplier nowNs) {
  ActorRef<MemoryPool.Command> pool() {
    return station.pool();
  }

  /// The same where other lengths fit.
  Lane with(Admission other) {
    return new Lane(
        model, kv, poolModel, other, other.longest(), bufferTokens, station, scheduler, nowNs);
  }

  /// Why a request can never be served here; empty if it can.
  Optional<Event.Failed> refusal(Completion completion) {
    int promptTokens = completion.prompt().length();
    if (promptTokens == 0) {
      return refusal(
          Event.Failure.BAD_REQUEST, "the prompt is empty; at least one token is needed");
    }
    int most = completion.memory().contextTokens().orElse(Integer.MAX_VALUE);
    if (promptTokens >= most) {
      return refusal(
          Event.Failure.BAD_REQUEST,
          "the prompt has %d tokens and the request allows %d for prompt and answer; allow more"
              .formatted(promptTokens, most));
    }
    return switch (admission.judge(promptTokens, 1)) {
      case Admission.TooLong never -> refusal(Event.Failure.NEVER_FITS, never.sentence());
      case Admission.NeverFits never -> refusal(Event.Failure.NEVER_FITS, never.sentence());
      case Admission.Possible _ -> Optional.empty();
    };
  }

  private static Optional<Event.Failed> refusal(Event.Failure failure, String message) {
    return Optional.of(new Event.Failed(failure, message));
  }

  static Lane of(
      ServedModel model,
      Landing.Berth berth,
      ActorRef<Scheduler.Command> scheduler,
      ModelHost.House house) {
    return new Lane(
        model,
        berth.at().plan().encoding(),
        berth.poolModel(),
        berth.admission(),
        berth.admission().longest(),
        house.settings().bufferTokens(),
        berth.station(),
        scheduler,
        house.nowNs());
  }
}
