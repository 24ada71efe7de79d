package mneme.engine;

import mneme.device.DeviceException;

/// A device that must not be used, now or when it is asked again.
final class UnusableDeviceException extends DeviceException {
  private static final long serialVersionUID = 1L;

  UnusableDeviceException(String message) {
    super(Kind.FAILED, message);
  }
}
