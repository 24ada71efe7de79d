package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import mneme.device.host.HostDevice;
import mneme.device.none.NullDevice;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  @Test
  void soundDevicesPass() {
    try (Device host = new HostDevice(2)) {
      assertThat(SelfTest.largestError(host)).isLessThan(1e-5);
      assertThat(Bandwidth.bytesPerSecond(host)).isGreaterThan(1e7);
    }
    assertThat(SelfTest.largestError(new ReferenceDevice())).isLessThan(1e-5);
  }

  @Test
  void aDeviceThatComputesNothingFails() {
    assertThat(SelfTest.largestError(new NullDevice())).isGreaterThan(0.1);
  }
}
