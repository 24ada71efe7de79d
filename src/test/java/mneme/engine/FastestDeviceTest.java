package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import mneme.device.Bandwidth;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.WrappedDevice;
import mneme.device.WrappedPool;
import mneme.device.none.NullDevice;
import org.junit.jupiter.api.Test;

/// Where nobody named the devices, a model goes to the fastest that holds it, as the probe finds.
class FastestDeviceTest {
  private static final long MIB = 1 << 20;

  private final Set<String> threads = new ConcurrentSkipListSet<>();

  /// A device whose pool takes its time for each copy.
  private static final class Paced extends WrappedDevice {
    private final Duration copying;

    Paced(long bytes, Duration copying) {
      super(new NullDevice(Duration.ZERO, bytes));
      this.copying = copying;
    }

    @Override
    public DevicePool openPool(long poolBytes) {
      return new WrappedPool(super.openPool(poolBytes)) {
        @Override
        public void copy(long from, long to, long count) {
          LockSupport.parkNanos(copying.toNanos());
          super.copy(from, to, Math.min(count, 64));
        }

        @Override
        public void zero(long at, long count) {
          super.zero(at, Math.min(count, 64));
        }
      };
    }
  }

  /// The slowest is written first, and the fastest is too small for the toys.
  private static Map<String, Supplier<Device>> devices() {
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put("slow", () -> new Paced(600 * MIB, Duration.ofMillis(80)));
    devices.put("tiny", () -> new Paced(MIB, Duration.ofNanos(1)));
    devices.put("fast", () -> new Paced(600 * MIB, Duration.ofMillis(5)));
    return devices;
  }

  private static String where(ToDoubleFunction<Device> speed) throws Exception {
    try (TestNode node =
        new TestNode(
            "mneme.engine.pool.bytes = 16 MiB",
            devices(),
            Toys::loader,
            new TestNode.Wishes(_ -> 0, speed))) {
      List<Event> events = node.run(Toys.completion("mixed", Toys.prompt(1, 20), 5));
      assertThat(TestNode.ids(events)).isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
      Engine.Place place = TestNode.get(node.engine.running()).getFirst().place();
      assertThat(place.why()).startsWith("on " + place.device() + ": the f");
      return place.device() + (place.why().contains("the fastest device (") ? ", fastest" : "");
    }
  }

  @Test
  void theProbeDecides() throws Exception {
    String place =
        where(device -> {
          threads.add(Thread.currentThread().getName());
          return Bandwidth.bytesPerSecond(device);
        });
    assertThat(place).isEqualTo("fast, fastest");
    assertThat(threads).hasSize(3).allMatch(thread -> thread.contains("worker-dispatcher"));
  }

  @Test
  void aWrittenListKeepsItsOrder() throws Exception {
    assertThat(where(_ -> 0)).isEqualTo("slow");
  }
}
