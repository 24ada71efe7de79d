package mneme.device.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DeviceInfo;
import mneme.device.host.HostDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeedsTest {
  @TempDir private Path folder;
  private final Device host = new HostDevice(1);
  private int probes;

  @AfterEach
  void close() {
    host.close();
  }

  private Speeds speeds(Path at) {
    return new Speeds(
        new Notes(at),
        _ -> {
          probes++;
          return 3e10 + probes;
        });
  }

  private DeviceInfo withDriver(String driver) {
    DeviceInfo info = host.info();
    return new DeviceInfo(
        info.id(),
        info.kind(),
        info.name(),
        driver,
        info.totalBytes(),
        info.freeBytes(),
        info.largestAllocationBytes(),
        info.unified(),
        info.unusedBecause());
  }

  @Test
  void itIsMeasuredOnceAndKnownToTheNextRun() {
    assertThat(speeds(folder).known(host.info())).isEmpty();
    Speeds first = speeds(folder);
    assertThat(first.of(host)).isEqualTo(3e10 + 1);
    assertThat(first.of(host)).isEqualTo(3e10 + 1);
    Speeds next = speeds(folder);
    assertThat(next.known(host.info())).hasValue(3e10 + 1);
    assertThat(next.of(host)).isEqualTo(3e10 + 1);
    assertThat(probes).isEqualTo(1);
    assertThat(next.measure(host)).isEqualTo(3e10 + 2);
    assertThat(speeds(folder).known(host.info())).hasValue(3e10 + 2);
  }

  @Test
  void anotherDriverIsAnotherDevice() {
    speeds(folder).of(host);
    assertThat(speeds(folder).known(withDriver("2.0"))).isEmpty();
  }

  @Test
  void whatIsNoSpeedIsMeasuredAnew() throws IOException {
    speeds(folder).of(host);
    Path note = onlyFile();
    for (String nonsense : List.of("", "fast", "NaN", "-1", "Infinity", "0")) {
      Files.writeString(note, nonsense);
      assertThat(speeds(folder).known(host.info())).as(nonsense).isEmpty();
    }
    assertThat(speeds(folder).of(host)).isEqualTo(3e10 + 2);
  }

  private Path onlyFile() throws IOException {
    try (var files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      assertThat(all.getFirst().getFileName().toString()).startsWith("host-").endsWith(".speed");
      return all.getFirst();
    }
  }

  @Test
  void whereNothingCanBeKeptARunRemembersItself() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Speeds speeds = speeds(file);
    assertThat(speeds.of(host)).isEqualTo(speeds.of(host));
    assertThat(probes).isEqualTo(1);
  }

  @Test
  void aDeviceWithoutRoomHasNoSpeedAndOneThatFailsSaysSo() {
    Notes notes = new Notes(folder);
    Speeds full =
        new Speeds(
            notes,
            _ -> {
              throw new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, "full");
            });
    assertThat(full.of(host)).isZero();
    Speeds lost =
        new Speeds(
            notes,
            _ -> {
              throw new DeviceException(DeviceException.Kind.LOST, "lost");
            });
    assertThatThrownBy(() -> lost.of(host)).hasMessage("lost");
    assertThat(lost.known(host.info())).isEmpty();
  }

  @Test
  void theRealProbeMeasuresTheHost() {
    assertThat(new Speeds(new Notes(folder)).of(host)).isBetween(1e8, 1e13);
  }
}
