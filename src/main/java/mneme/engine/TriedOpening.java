package mneme.engine;

import java.util.function.Function;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.Devices;
import mneme.device.probe.Trials;
import mneme.device.probe.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens a device only after a trial in another process: a driver that is broken would end this
/// one, or hold a thread for ever. Blocks while the trial runs, so it is for a thread of its own.
///
/// @param trial says what is known of a device, or tries it
record TriedOpening(String id, Supplier<Device> opening, Function<DeviceInfo, Verdict> trial)
    implements Supplier<Device> {
  private static final Logger LOG = LoggerFactory.getLogger(TriedOpening.class);

  static Supplier<Device> of(String id, Supplier<Device> opening, Trials trials) {
    if (!Devices.isGraphics(id)) {
      return opening;
    }
    return new TriedOpening(
        id,
        opening,
        device -> {
          if (trials.known(device).isEmpty()) {
            LOG.info("device {} is tried in another process, once; this takes some seconds", id);
          }
          return trials.of(device);
        });
  }

  /// @throws UnusableDeviceException if it failed
  @Override
  public Device get() {
    DeviceInfo info =
        Devices.discover().stream()
            .filter(device -> device.id().equals(id))
            .findFirst()
            .orElseThrow(
                () -> new DeviceException(DeviceException.Kind.LOST, "there is no device " + id));
    switch (trial.apply(info)) {
      case Verdict.Passed passed -> LOG.debug("device {} {}", id, passed.words());
      case Verdict.Untried untried ->
          LOG.warn("device {} is used without a trial: {}", id, untried.words());
      case Verdict.Failed failed ->
          throw new UnusableDeviceException(
              "its trial failed: %s; 'mneme doctor' tries it again".formatted(failed.words()));
    }
    return opening.get();
  }
}
