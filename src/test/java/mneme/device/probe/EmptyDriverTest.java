package mneme.device.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mneme.device.DeviceInfo;
import mneme.device.Devices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A driver may be installed and show nothing, as one for a card that is not there does.
class EmptyDriverTest {
  /// Says in a process of its own what is found.
  static final class Discovery {
    private Discovery() {}

    public static void main(String[] args) {
      for (DeviceInfo info : Devices.discover()) {
        System.out.println(info.id() + " " + info.unusedBecause().orElse("used"));
      }
    }
  }

  @Test
  void itIsARowThatSaysSo(@TempDir Path folder) throws Exception {
    assumeTrue(
        Devices.discover().stream()
            .anyMatch(info -> info.driver().startsWith("Portable Computing Language")),
        "no PoCL on this machine, which can be told to show nothing");
    Path said = folder.resolve("said");
    ProcessBuilder child = ChildJvm.of(folder.resolve("error"), Discovery.class.getName());
    child.environment().put("POCL_DEVICES", "");
    int code = child.redirectErrorStream(true).redirectOutput(said.toFile()).start().waitFor();
    List<String> lines = Files.readAllLines(said);
    assertThat(code).as("%s", lines).isZero();
    assertThat(lines)
        .anyMatch(line -> line.startsWith("host "))
        .anyMatch(line -> line.matches("opencl .*Portable Computing Language shows no device.*"));
  }
}
