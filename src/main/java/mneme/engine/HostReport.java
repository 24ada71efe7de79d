package mneme.engine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/// What a host says of its model.
///
/// @param running empty until the model is loaded
record HostReport(
    Optional<Engine.Running> running, List<Served> served, Optional<Landing.Berth> berth) {
  HostReport {
    served = List.copyOf(served);
  }

  /// Of a model that is not loaded.
  static final HostReport NOTHING = new HostReport(Optional.empty(), List.of(), Optional.empty());

  /// Where to ask for the counters of one of the model's lanes.
  record Served(String device, int poolModel, ActorRef<Scheduler.Command> scheduler) {}

  /// @param lanes the usual one first
  /// @param expiresAt empty while it is in use, and if it stays for ever
  static HostReport of(
      List<Lane> lanes, Landing.Berth at, Optional<Instant> expiresAt, int sequences) {
    String device = at.station().device();
    Engine.Running running =
        new Engine.Running(
            lanes.getFirst().model(),
            expiresAt,
            at.weightBytes(),
            sequences,
            new Engine.Place(device, at.at().why()));
    return new HostReport(
        Optional.of(running),
        lanes.stream().map(lane -> new Served(device, lane.poolModel(), lane.scheduler())).toList(),
        Optional.of(at));
  }
}
