package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
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
import mneme.device.DeviceInfo;
import mneme.device.DevicePool;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.none.NullDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.api.Test;

/// Where nobody named the devices, a model goes to the fastest that holds it, as the probe finds.
class FastestDeviceTest {
  private static final long MIB = 1 << 20;

  private final Set<String> threads = new ConcurrentSkipListSet<>();

  /// A device whose pool takes its time for each copy.
  private record Paced(Device device, long bytes, Duration copying) implements Device {
    Paced(long bytes, Duration copying) {
      this(new NullDevice(Duration.ZERO, bytes), bytes, copying);
    }

    @Override
    public DeviceInfo info() {
      return device.info();
    }

    @Override
    public DevicePool openPool(long poolBytes) {
      DevicePool pool = device.openPool(poolBytes);
      return new DevicePool() {
        @Override
        public long bytes() {
          return pool.bytes();
        }

        @Override
        public void copy(long from, long to, long count) {
          LockSupport.parkNanos(copying.toNanos());
          pool.copy(from, to, Math.min(count, 64));
        }

        @Override
        public void zero(long at, long count) {
          pool.zero(at, Math.min(count, 64));
        }

        @Override
        public void write(long at, MemorySegment source) {
          pool.write(at, source);
        }

        @Override
        public void read(long at, MemorySegment target) {
          pool.read(at, target);
        }

        @Override
        public void close() {
          pool.close();
        }
      };
    }

    @Override
    public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
      return device.prepare(graph, plan, numerics);
    }

    @Override
    public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize step) {
      return device.measure(graph, plan, numerics, step);
    }

    @Override
    public void close() {
      device.close();
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
