package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// What is free of a device is told by whichever interface knows it.
class FoundTest {
  private static final long GIB = 1L << 30;

  private static final Found OPENCL = silent("a4", "0000:01:00.0");

  private static Found silent(String uuid, String pci) {
    return found("opencl:0", uuid, pci, 24 * GIB, false);
  }

  private static Found telling(String uuid, String pci, long freeBytes) {
    return found("vulkan:0", uuid, pci, freeBytes, true);
  }

  private static Found found(String id, String uuid, String pci, long freeBytes, boolean tells) {
    var info =
        new DeviceInfo(
            id,
            DeviceInfo.Kind.OPENCL,
            "card of " + id,
            "driver",
            24 * GIB,
            freeBytes,
            6 * GIB,
            false,
            Optional.empty());
    return new Found(
        info,
        Optional.of(uuid).filter(text -> !text.isEmpty()),
        Optional.of(pci).filter(text -> !text.isEmpty()),
        false,
        tells);
  }

  private static long free(Found found, Found... others) {
    return found.informed(() -> List.of(others)).info().freeBytes();
  }

  @Test
  void theTwinTellsByItsUuid() {
    Found informed = OPENCL.informed(() -> List.of(telling("a4", "", 9 * GIB)));
    assertThat(informed.info()).isEqualTo(OPENCL.info().withFree(9 * GIB));
    assertThat(informed.tellsFree()).isTrue();
  }

  @Test
  void orByItsPlaceOnTheBus() {
    assertThat(free(silent("", "0000:02:00.0"), telling("a5", "0000:02:00.0", 5 * GIB)))
        .isEqualTo(5 * GIB);
  }

  @Test
  void anotherDeviceTellsNothingOfThisOne() {
    assertThat(free(OPENCL, telling("a5", "0000:01:00.0", 9 * GIB))).isEqualTo(24 * GIB);
    assertThat(free(OPENCL, silent("a4", "0000:01:00.0"))).isEqualTo(24 * GIB);
    assertThat(free(OPENCL)).isEqualTo(24 * GIB);
  }

  @Test
  void ofSeveralThatMayBeItTheLeastCounts() {
    assertThat(free(OPENCL, telling("a4", "", 9 * GIB), telling("a4", "", 7 * GIB)))
        .isEqualTo(7 * GIB);
  }

  @Test
  void noMoreIsFreeThanTheInterfaceHas() {
    assertThat(free(OPENCL, telling("a4", "", 80 * GIB))).isEqualTo(24 * GIB);
  }

  @Test
  void whoTellsAndWhoIsTheProcessorAsksNobody() {
    Supplier<List<Found>> nobody =
        () -> {
          throw new AssertionError("asked");
        };
    Found telling = telling("a4", "", 3 * GIB);
    assertThat(telling.informed(nobody)).isSameAs(telling);
    Found processor = new Found(OPENCL.info(), OPENCL.uuid(), OPENCL.pci(), true, false);
    assertThat(processor.informed(nobody)).isSameAs(processor);
  }
}
