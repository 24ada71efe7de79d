package mneme.cli;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import mneme.device.DeviceInfo;
import mneme.device.Devices;
import mneme.device.probe.Notes;
import mneme.device.probe.Speeds;
import mneme.device.probe.Trials;
import mneme.device.probe.Verdict;
import mneme.engine.DeviceChoice;

/// The devices of this machine as the configuration uses them, with all that was found out of them.
final class DeviceView {
  private final List<String> named;
  private final List<DeviceInfo> found = Devices.discover();
  private final Trials trials;
  private final boolean trialsCount;
  private final Speeds speeds;

  /// @throws mneme.engine.EngineException if the configuration names devices that cannot be
  DeviceView(Config config, Notes notes) {
    named = DeviceChoice.ids(config);
    trials = DeviceChoice.trials(config, notes);
    trialsCount = DeviceChoice.wantsTrials(config);
    speeds = new Speeds(notes);
  }

  /// Ids of those that are used, the preferred first.
  List<String> named() {
    return named;
  }

  /// Of those that are used the ids that no device has.
  List<String> absent() {
    return named.stream()
        .filter(id -> !id.equals("none"))
        .filter(id -> found.stream().noneMatch(device -> device.id().equals(id)))
        .toList();
  }

  /// Each says whether it is used, and if not, why.
  List<DeviceInfo> all() {
    return found.stream().map(device -> Devices.as(device, named, fault(device))).toList();
  }

  /// Of the last trial.
  private Optional<String> fault(DeviceInfo device) {
    return trialsCount && Devices.isGraphics(device.id())
        ? trials
            .known(device)
            .filter(Verdict.Failed.class::isInstance)
            .map(failed -> "its trial failed: " + failed.words())
        : Optional.empty();
  }

  /// Bytes a second, if it was ever measured.
  OptionalDouble speed(DeviceInfo device) {
    return speeds.known(device);
  }

  /// Tries a device in a process of its own and measures its speed there; empty if there is no such
  /// device.
  Optional<Verdict> tried(String id) {
    return found.stream().filter(device -> device.id().equals(id)).findFirst().map(trials::again);
  }
}
