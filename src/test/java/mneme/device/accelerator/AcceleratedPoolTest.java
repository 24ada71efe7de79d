package mneme.device.accelerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import mneme.device.DeviceException;
import mneme.device.DevicePool;
import org.junit.jupiter.api.Test;

class AcceleratedPoolTest {
  private static final int POOL = 2600;
  private static final int PART = 768;

  private final ArrayAccelerator accelerator = new ArrayAccelerator(4096);

  private AcceleratedPool pool() {
    return new AcceleratedPool(accelerator, POOL, PART);
  }

  @Test
  void hasAsManyPartsAsItTakesAndTheLastIsShorter() {
    try (DevicePool pool = pool()) {
      assertThat(pool.bytes()).isEqualTo(POOL);
      assertThat(accelerator.held)
          .extracting(Memory::bytes)
          .containsExactly(768L, 768L, 768L, 296L);
    }
    assertThat(accelerator.held).isEmpty();
    try (DevicePool _ = new AcceleratedPool(accelerator, PART, PART)) {
      assertThat(accelerator.held).hasSize(1);
    }
  }

  @Test
  void rangesMayLieAcrossParts() {
    Random random = new Random(5);
    byte[] expected = new byte[POOL];
    try (DevicePool pool = pool()) {
      assertThat(all(pool)).as("a new pool is zeroed").isEqualTo(expected);
      for (int i = 0; i < 500; i++) {
        int length = random.nextInt(POOL / 2);
        int at = random.nextInt(POOL / 2 - length + 1);
        int to = POOL / 2 + random.nextInt(POOL / 2 - length + 1);
        switch (random.nextInt(3)) {
          case 0 -> {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            pool.write(at, MemorySegment.ofArray(bytes));
            System.arraycopy(bytes, 0, expected, at, length);
          }
          case 1 -> {
            pool.copy(at, to, length);
            System.arraycopy(expected, at, expected, to, length);
          }
          default -> {
            pool.zero(to, length / 4);
            Arrays.fill(expected, to, to + length / 4, (byte) 0);
          }
        }
        assertThat(all(pool)).isEqualTo(expected);
      }
    }
  }

  private static byte[] all(DevicePool pool) {
    byte[] all = new byte[POOL];
    pool.read(0, MemorySegment.ofArray(all));
    return all;
  }

  @Test
  void aPageLiesInOnePart() {
    try (AcceleratedPool pool = pool()) {
      assertThat(pool.place(0, PART)).isZero();
      assertThat(pool.place(PART + 256, 512)).isEqualTo(1_000_256);
      assertThat(pool.place(3 * PART, 296)).isEqualTo(3_000_000);
      assertThatThrownBy(() -> pool.place(PART - 256, 512))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("512 bytes at 512 lie in two parts of 768");
    }
  }

  @Test
  void aPageLiesInThePool() {
    try (AcceleratedPool pool = pool()) {
      assertThatThrownBy(() -> pool.place(POOL - 255, 256))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> pool.place(-256, 256)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> pool.zero(0, POOL + 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aPoolThatIsNotGivenLeavesNothing() {
    assertThatThrownBy(() -> new AcceleratedPool(accelerator, 5000, PART))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("the pool of 5000 bytes");
    assertThat(accelerator.held).isEmpty();
  }
}
