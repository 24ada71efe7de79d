package mneme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `.ci/run` says in the end counts every report, whichever process wrote it.
class CiSummaryTest {
  private static final String SUITE =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite version="3.0.2" name="%s" time="%s" tests="%d" errors="0" skipped="%d" failures="%d">
      %s
      </testsuite>
      """;
  private static final String SKIPPED =
      """
        <testcase name="runs" classname="mneme.device.VkOpTest" time="0.0">
          <skipped message="no device vulkan:0 on this machine&#10;at line" type="aborted"/>
        </testcase>
      """;

  @TempDir private Path reports;

  @Test
  void countsEveryReportByBackendAndNamesWhatWasSkipped() throws Exception {
    report("mneme.device.HostAllocationTest", SUITE, "1.5", 3, 0, 0, "");
    report("mneme.device.ClOpTest", SUITE, "2.25", 40, 0, 1, "");
    report("mneme.model.ClGoldensTest", SUITE, "4.5", 7, 0, 0, "");
    report("mneme.device.VkOpTest", SUITE, "0.1", 5, 1, 0, SKIPPED);
    report("mneme.DocsTest", SUITE, "0.1", 2, 0, 0, "");
    List<String> lines = summary();
    assertThat(lines)
        .contains(
            "OpenCL        47 tests ran, 0 skipped, in 6 s: Op 40, Goldens 7",
            "Vulkan         4 tests ran, 1 skipped, in 0 s: Op 4",
            "host           3 tests ran, 0 skipped, in 1 s: Allocation 3",
            "all else       2 tests ran, 0 skipped, in 0 s",
            "skipped: mneme.device.VkOpTest.runs (no device vulkan:0 on this machine)");
    assertThat(lines.getLast()).isEqualTo("Tests run: 57, Failures: 1, Errors: 0, Skipped: 1");
  }

  private void report(String name, String form, Object... values) throws IOException {
    Object[] all = new Object[values.length + 1];
    all[0] = name;
    System.arraycopy(values, 0, all, 1, values.length);
    Files.writeString(reports.resolve("TEST-" + name + ".xml"), form.formatted(all));
  }

  private List<String> summary() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash on this machine");
    Process process =
        new ProcessBuilder("/bin/bash", ".ci/summary", reports.toString())
            .redirectErrorStream(true)
            .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor()).isZero();
    return lines;
  }
}
