package mneme.device;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/// A device as one driver interface sees it, with what tells whether another interface sees the
/// same one.
///
/// @param uuid of the device, hexadecimal, if the driver gives one
/// @param pci address on the bus, `domain:bus:device.function`, if it has one
/// @param cpu whether it is this machine's processor behind a graphics interface
/// @param tellsFree whether the driver tells what of its memory is free; else that is all of it
public record Found(
    DeviceInfo info, Optional<String> uuid, Optional<String> pci, boolean cpu, boolean tellsFree) {
  boolean isSameAs(Found other) {
    if (cpu || other.cpu) {
      return false;
    }
    if (uuid.isPresent() && other.uuid.isPresent()) {
      return uuid.equals(other.uuid);
    }
    if (pci.isPresent() && other.pci.isPresent()) {
      return pci.equals(other.pci);
    }
    return info.name().equalsIgnoreCase(other.info.name());
  }

  /// With what the other interface tells to be free, where this one does not tell: of several that
  /// may be the same device the least.
  Found informed(Supplier<List<Found>> others) {
    if (tellsFree || cpu) {
      return this;
    }
    OptionalLong told =
        others.get().stream()
            .filter(other -> other.tellsFree && isSameAs(other))
            .mapToLong(other -> Math.min(info.totalBytes(), other.info.freeBytes()))
            .min();
    return told.isPresent()
        ? new Found(info.withFree(told.getAsLong()), uuid, pci, cpu, true)
        : this;
  }

  /// A row that says why an interface shows no devices at all.
  public static Found nothing(DeviceInfo.Kind kind, String id, String because) {
    var info = new DeviceInfo(id, kind, "no devices", "", 0, 0, 0, false, Optional.of(because));
    return new Found(info, Optional.empty(), Optional.empty(), true, false);
  }
}
