package mneme.device;

import java.util.Optional;

/// A device as one driver interface sees it, with what tells whether another interface sees the
/// same one.
///
/// @param uuid of the device, hexadecimal, if the driver gives one
/// @param pci address on the bus, `domain:bus:device.function`, if it has one
/// @param cpu whether it is this machine's processor behind a graphics interface
public record Found(DeviceInfo info, Optional<String> uuid, Optional<String> pci, boolean cpu) {
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

  /// A row that says why an interface shows no devices at all.
  public static Found nothing(DeviceInfo.Kind kind, String id, String because) {
    var info = new DeviceInfo(id, kind, "no devices", "", 0, 0, 0, false, Optional.of(because));
    return new Found(info, Optional.empty(), Optional.empty(), true);
  }
}
