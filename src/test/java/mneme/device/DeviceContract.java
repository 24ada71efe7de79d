package mneme.device;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What every device must keep. Each test opens the device and closes it; a subclass says which it
/// is: `Cl<Name>Test` and `Vk<Name>Test` for the contract `<Name>Contract`, and so on.
public abstract class DeviceContract {
  protected Device device;

  protected abstract Device open();

  @BeforeEach
  final void openDevice() {
    device = open();
  }

  @AfterEach
  final void closeDevice() {
    if (device != null) { // none was opened where the test is skipped
      device.close();
    }
  }
}
