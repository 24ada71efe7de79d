package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.Optional;
import mneme.device.DeviceInfo;
import mneme.device.probe.Notes;
import mneme.device.probe.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceViewTest {
  @TempDir private Path folder;

  private DeviceView view(String settings) {
    Config config =
        ConfigFactory.parseString(settings).withFallback(ConfigFactory.defaultReference());
    return new DeviceView(config, new Notes(folder));
  }

  private static DeviceInfo device(DeviceView view, String id) {
    Optional<DeviceInfo> device =
        view.all().stream().filter(one -> one.id().equals(id)).findFirst();
    assumeTrue(device.isPresent(), "no device " + id);
    return device.orElseThrow();
  }

  @Test
  void aTrialTellsTheSpeedOfTheHost() {
    DeviceView view = view("");
    assertThat(view.named()).containsExactly("host");
    assertThat(view.speed(device(view, "host"))).isEmpty();
    assertThat(view.tried("host"))
        .hasValueSatisfying(verdict -> assertThat(verdict).isInstanceOf(Verdict.Passed.class));
    assertThat(view.speed(device(view, "host"))).isPresent();
    assertThat(view.tried("opencl:77")).isEmpty();
    assertThat(view("mneme.engine.devices = [none, \"opencl:77\", host]").absent())
        .containsExactly("opencl:77");
  }

  /// A trial without patience fails, on a machine however fast.
  @Test
  void whoFailedIsShownUntilNobodyWantsTrials() {
    String named = "mneme.engine { devices = [\"opencl:0\", host], device-trial-patience = 1 ms }";
    DeviceView view = view(named);
    assertThat(device(view, "opencl:0").unusedBecause()).isEmpty();
    view.tried("opencl:0");
    assertThat(device(view, "opencl:0").unusedBecause())
        .contains("its trial failed: did not end within 1 ms");
    assertThat(device(view, "host").unusedBecause()).isEmpty();
    assertThat(view.absent()).isEmpty();
    DeviceView trusting = view(named + "\nmneme.engine.device-trial = off");
    assertThat(device(trusting, "opencl:0").unusedBecause()).isEmpty();
  }
}
