package mneme.device.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.device.DeviceInfo;
import mneme.device.Devices;
import mneme.device.MatrixUnits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrialsTest {
  private static final Verdict PASSED = new Verdict.Passed("computes rightly", 0);
  private static final Verdict BROKEN = new Verdict.Failed("it computes wrongly", true);
  private static final Verdict HUNG = new Verdict.Failed("it did not end", false);

  @TempDir private Path folder;
  private final List<List<String>> asked = new ArrayList<>();

  private static DeviceInfo device(String driver) {
    return new DeviceInfo(
        "opencl:0", DeviceInfo.Kind.OPENCL, "card", driver, 1, 1, 1, false, Optional.empty());
  }

  /// In another process, later.
  private Trials next(Verdict finding) {
    return new Trials(
        new Notes(folder),
        arguments -> {
          asked.add(List.of(arguments));
          return finding;
        },
        MatrixUnits.AUTO);
  }

  @Test
  void whoPassedIsNotTriedAgain() {
    assertThat(next(PASSED).known(device("1"))).isEmpty();
    assertThat(next(PASSED).of(device("1"))).isEqualTo(PASSED);
    assertThat(next(BROKEN).of(device("1"))).isEqualTo(PASSED);
    assertThat(next(BROKEN).known(device("1"))).contains(PASSED);
    assertThat(asked).containsExactly(List.of("opencl:0"));
  }

  @Test
  void whoIsBrokenStaysSoUntilItIsTriedOnPurpose() {
    assertThat(next(BROKEN).of(device("1"))).isEqualTo(BROKEN);
    assertThat(next(PASSED).of(device("1"))).isEqualTo(BROKEN);
    assertThat(next(PASSED).again(device("1"))).isEqualTo(PASSED);
    assertThat(next(BROKEN).of(device("1"))).isEqualTo(PASSED);
    assertThat(asked).containsExactly(List.of("opencl:0"), List.of("opencl:0", "--speed"));
  }

  @Test
  void anotherDriverIsTriedAnew() {
    next(BROKEN).of(device("1"));
    assertThat(next(PASSED).of(device("2"))).isEqualTo(PASSED);
    assertThat(next(PASSED).of(device("1"))).isEqualTo(BROKEN);
  }

  @Test
  void whatIsNotFinalIsKnownAndTriedAgain() {
    assertThat(next(HUNG).of(device("1"))).isEqualTo(HUNG);
    assertThat(next(PASSED).known(device("1"))).contains(HUNG);
    assertThat(next(PASSED).of(device("1"))).isEqualTo(PASSED);
  }

  @Test
  void whereThereCouldBeNoTrialNothingIsKept() {
    Verdict untried = new Verdict.Untried("no Java");
    assertThat(next(untried).of(device("1"))).isEqualTo(untried);
    assertThat(next(untried).known(device("1"))).isEmpty();
  }

  @Test
  void otherKernelsAreTriedAnew() throws IOException {
    next(PASSED).of(device("1"));
    Path note = onlyFile();
    String text = Files.readString(note);
    Files.writeString(note, text.replaceFirst("kernels [0-9a-f]", "kernels x"));
    assertThat(next(HUNG).known(device("1"))).isEmpty();
    Files.writeString(note, text);
    assertThat(next(HUNG).known(device("1"))).contains(PASSED);
    for (String nonsense : List.of("", "passed", text.replaceFirst("passed", "praised"))) {
      Files.writeString(note, nonsense);
      assertThat(next(HUNG).known(device("1"))).isEmpty();
    }
  }

  @Test
  void whatIsSetOfMatrixUnitsIsTriedAnew() {
    next(BROKEN).of(device("1"));
    Trials without =
        new Trials(
            new Notes(folder),
            arguments -> {
              asked.add(List.of(arguments));
              return PASSED;
            },
            MatrixUnits.OFF);
    assertThat(without.of(device("1"))).isEqualTo(PASSED);
    assertThat(asked.getLast()).containsExactly("opencl:0", "--matrix-units=OFF");
  }

  private Path onlyFile() throws IOException {
    try (var files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  @Test
  void theSpeedThatATrialFoundIsKnownAfterwards() {
    DeviceInfo device = device("1");
    next(new Verdict.Passed("computes rightly", 2e11)).again(device);
    assertThat(new Speeds(new Notes(folder)).known(device)).hasValue(2e11);
    next(PASSED).again(device);
    assertThat(new Speeds(new Notes(folder)).known(device)).hasValue(2e11);
  }

  /// The real trial, in a real process: the driver compiles and runs every kernel.
  @ParameterizedTest
  @ValueSource(strings = {"opencl:0", "vulkan:0"})
  void theDevicesOfThisMachinePass(String id) {
    Optional<DeviceInfo> device =
        Devices.discover().stream().filter(found -> found.id().equals(id)).findFirst();
    assumeTrue(device.isPresent(), "no device " + id);
    Trials trials = new Trials(new Notes(folder), Duration.ofMinutes(4), MatrixUnits.AUTO);
    assertThat(trials.again(device.get()))
        .isInstanceOfSatisfying(
            Verdict.Passed.class,
            passed -> {
              assertThat(passed.words()).startsWith("computes rightly");
              assertThat(passed.bytesPerSecond()).isBetween(1e7, 1e14);
            });
  }

  @Test
  void aDeviceThatIsNotThereCannotBeUsedNow() {
    assertThat(new Trial(Duration.ofMinutes(1)).of("opencl:77"))
        .isInstanceOfSatisfying(
            Verdict.Failed.class, failed -> assertThat(failed.isFinal()).isFalse());
  }
}
