package mneme.engine;

import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/// What a host says of its model.
///
/// @param running empty until the model is loaded
record HostReport(Optional<Engine.Running> running, Optional<Served> served) {
  /// Of a model that is not loaded.
  static final HostReport NOTHING = new HostReport(Optional.empty(), Optional.empty());

  /// Where to ask for the model's counters.
  record Served(String device, int poolModel, ActorRef<Scheduler.Command> scheduler) {}

  /// @param expiresAt empty while it is in use, and if it stays for ever
  static HostReport of(Lane lane, Landing.Berth at, Optional<Instant> expiresAt, int sequences) {
    String device = at.station().device();
    Engine.Running running =
        new Engine.Running(
            lane.model(),
            expiresAt,
            at.weightBytes(),
            sequences,
            new Engine.Place(device, at.at().why()));
    return new HostReport(
        Optional.of(running), Optional.of(new Served(device, lane.poolModel(), lane.scheduler())));
  }
}
