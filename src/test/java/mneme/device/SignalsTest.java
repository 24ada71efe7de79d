package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Numbers of signals are those that all systems share that have them.
class SignalsTest {
  /// SIGILL, SIGFPE and SIGSEGV.
  private static final int[] FAULTS = {4, 8, 11};

  /// SIGPIPE, which the JVM handles where it handles faults and which drivers leave alone.
  private static final int BROKEN_PIPE = 13;

  private static void theJvmHandlesFaults() {
    long jvms = Signals.handler(BROKEN_PIPE);
    assertThat(Arrays.stream(FAULTS).asLongStream())
        .allMatch(fault -> Signals.handler(Math.toIntExact(fault)) == jvms);
  }

  @Test
  void discoveryLeavesFaultsToTheJvm() {
    Devices.discover();
    theJvmHandlesFaults();
  }

  @ParameterizedTest
  @ValueSource(strings = {"opencl:0", "vulkan:0"})
  void computingLeavesFaultsToTheJvm(String id) {
    assumeTrue(
        Devices.discover().stream().anyMatch(info -> info.id().equals(id)), "no device " + id);
    try (Device device = Devices.open(id, MatrixUnits.OFF)) {
      assertThat(SelfTest.largestError(device)).isLessThan(1e-3);
      theJvmHandlesFaults();
    }
    theJvmHandlesFaults();
  }
}
