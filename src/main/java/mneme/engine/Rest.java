package mneme.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/// How long a model stays that nobody uses, and when that is over.
final class Rest {
  private final TimerScheduler<ModelHost.Command> timers;
  private final ModelHost.Command over;
  private Duration keepAlive;
  private @Nullable Instant expiresAt;

  /// @param over what the host is to hear then
  /// @param keepAlive after the last use; negative: for ever
  Rest(TimerScheduler<ModelHost.Command> timers, ModelHost.Command over, Duration keepAlive) {
    this.timers = timers;
    this.over = over;
    this.keepAlive = keepAlive;
  }

  /// From the next rest on.
  void keep(Duration wanted) {
    keepAlive = wanted;
  }

  /// Nobody uses the model from now on; a rest that has begun begins anew.
  void begin() {
    end();
    if (!keepAlive.isNegative()) {
      timers.startSingleTimer(over, keepAlive);
      expiresAt = Instant.now().plus(keepAlive);
    }
  }

  /// The model is in use.
  void end() {
    timers.cancel(over);
    expiresAt = null;
  }

  /// Empty while it is in use, and if it stays for ever.
  Optional<Instant> expiresAt() {
    return Optional.ofNullable(expiresAt);
  }
}
