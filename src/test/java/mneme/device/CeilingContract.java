package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import mneme.device.probe.Ceiling;
import org.junit.jupiter.api.Test;

/// A device knows about what it can do at most.
public abstract class CeilingContract extends DeviceContract {
  /// From the slowest processor behind a graphics interface to what no device has yet.
  @Test
  void theCeilingIsThatOfAComputer() {
    Ceiling ceiling = Ceiling.of(device).orElseThrow();
    assertThat(ceiling.bytesPerSecond()).isBetween(2e8, 1e14);
    assertThat(ceiling.flopsPerSecond()).isBetween(2e8, 1e16);
  }
}
