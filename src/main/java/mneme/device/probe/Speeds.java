package mneme.device.probe;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import mneme.device.Bandwidth;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;

/// How fast devices move their own memory, which is what bounds a decode: measured once for each
/// device and driver, and remembered. In bytes a second, read and written.
public final class Speeds {
  private static final String KIND = "speed";

  private final Notes notes;
  private final ToDoubleFunction<Device> probe;

  public Speeds(Notes notes) {
    this(notes, Bandwidth::bytesPerSecond);
  }

  Speeds(Notes notes, ToDoubleFunction<Device> probe) {
    this.notes = notes;
    this.probe = probe;
  }

  /// Empty if it was never measured.
  public OptionalDouble known(DeviceInfo device) {
    Optional<String> text = notes.read(device, KIND);
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      double speed = Double.parseDouble(text.get().strip());
      return speed > 0 && speed < Double.POSITIVE_INFINITY
          ? OptionalDouble.of(speed)
          : OptionalDouble.empty();
    } catch (NumberFormatException _) {
      return OptionalDouble.empty();
    }
  }

  /// As it is known, or else measured, which takes 200 ms; 0 if the device has no room for that.
  ///
  /// @throws DeviceException if the device cannot even do this
  public double of(Device device) {
    OptionalDouble known = known(device.info());
    return known.isPresent() ? known.getAsDouble() : measure(device);
  }

  /// Measures anew.
  ///
  /// @throws DeviceException if the device cannot even do this
  public double measure(Device device) {
    double speed;
    try {
      speed = probe.applyAsDouble(device);
    } catch (DeviceException e) {
      if (e.kind() == DeviceException.Kind.OUT_OF_MEMORY) {
        return 0;
      }
      throw e;
    }
    keep(device.info(), speed);
    return speed;
  }

  void keep(DeviceInfo device, double bytesPerSecond) {
    notes.keep(device, KIND, Double.toString(bytesPerSecond));
  }
}
