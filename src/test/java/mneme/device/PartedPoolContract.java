package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every op that remembers: in a pool of parts that hold a page or two, the bits are those of a
/// pool in one part.
abstract class PartedPoolContract extends AcceleratorContract {
  private static final int SLOTS = 40;

  static Stream<OpCase> cases() {
    return MemoryOpCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void partsMakeNoDifference(OpCase opCase) {
    MemoryPlan plan = MemoryPlan.of(opCase.graph().needs(), opCase.encoding(), 8);
    long largest =
        LongStream.concat(
                plan.groups().stream().mapToLong(MemoryPlan.Group::pageBytes),
                plan.states().stream().mapToLong(MemoryPlan.Block::bytes))
            .max()
            .orElseThrow();
    float[][][] parts = read(opCase, plan, 2 * largest + 300);
    float[][][] whole = read(opCase, plan, SLOTS * largest);
    assertThat(Arrays.deepEquals(parts, whole)).isTrue();
  }

  /// One device that bounds its pools only.
  ///
  /// @param pools the same device again, with little that it allocates at once
  private static final class PartedDevice extends WrappedDevice {
    private final Device pools;

    PartedDevice(Device programs, Device pools) {
      super(programs);
      this.pools = pools;
    }

    @Override
    public DeviceInfo info() {
      return pools.info();
    }

    @Override
    public DevicePool openPool(long bytes) {
      return pools.openPool(bytes);
    }
  }

  /// Two sequences side by side, whose pages lie all over the pool.
  private float[][][] read(OpCase opCase, MemoryPlan plan, long largestBytes) {
    // Its matrices are never cut; the devices are closed with the accelerator.
    Device device =
        new PartedDevice(
            GraphicsDevices.of(accelerator(), Long.MAX_VALUE),
            GraphicsDevices.of(accelerator(), Math.max(largestBytes, 1 << 14)));
    int[] one = new Random(11).ints(40, 0, OpCase.TOKENS).toArray();
    int[] two = new Random(12).ints(40, 0, OpCase.TOKENS).toArray();
    try (Rig rig = new Rig(device, opCase.graph(), opCase.numerics(), plan, SLOTS)) {
      Rig.Sequence first = rig.sequence();
      Rig.Sequence second = rig.sequence();
      return new float[][][] {
        rig.step(first.next(Arrays.copyOf(one, 13), 13), second.next(Arrays.copyOf(two, 30), 30)),
        rig.step(
            first.next(Arrays.copyOfRange(one, 13, 40), 27),
            second.next(Arrays.copyOfRange(two, 30, 40), 10))
      };
    }
  }
}
