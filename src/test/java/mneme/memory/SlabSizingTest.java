package mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlabSizingTest {
  private static double worstTail(PoolShape shape, Iterable<Long> sizes) {
    double worst = 0;
    for (long size : sizes) {
      worst = Math.max(worst, (double) (shape.slabBytes() % size) / shape.slabBytes());
    }
    return worst;
  }

  private static PoolShape cut(long poolBytes, TreeSet<Long> sizes) {
    return cut(PoolSpace.whole(poolBytes), sizes);
  }

  private static PoolShape cut(PoolSpace space, TreeSet<Long> sizes) {
    TreeSet<ObjectSize> all = new TreeSet<>();
    sizes.forEach(bytes -> all.add(new ObjectSize(0, bytes)));
    return SlabSizing.ofSizes(List.of(space), all);
  }

  @Test
  void banksAreCutAlikeEachForWhatLiesThere() {
    TreeSet<ObjectSize> sizes =
        new TreeSet<>(List.of(new ObjectSize(0, 512 << 10), new ObjectSize(1, 96 << 10)));
    PoolShape shape =
        SlabSizing.ofSizes(List.of(PoolSpace.whole(1L << 30), PoolSpace.whole(64L << 20)), sizes);
    assertThat(shape.slabBytes()).isGreaterThanOrEqualTo(512 << 10);
    assertThat((double) shape.bytes(0) / (1 << 30)).isGreaterThan(0.95);
    assertThat((double) shape.bytes(1) / (64 << 20)).isGreaterThan(0.9);
    assertThat(shape.bankOf(shape.start(1) - 1)).isZero();
    assertThat(shape.bankOf(shape.start(1))).isEqualTo(1);
  }

  @Test
  void aBankThatHoldsNotOneObjectIsRefusedWithTheNumbers() {
    TreeSet<ObjectSize> sizes =
        new TreeSet<>(List.of(new ObjectSize(0, 512), new ObjectSize(1, 2048)));
    assertThatThrownBy(
            () -> SlabSizing.ofSizes(List.of(PoolSpace.whole(4096), PoolSpace.whole(1000)), sizes))
        .hasMessageContaining("1000 bytes")
        .hasMessageContaining("2048 bytes");
  }

  @Test
  void aTinyPoolOfEqualPagesLosesNothing() {
    PoolShape shape = cut(64 * 512, new TreeSet<>(List.of(512L)));
    assertThat(shape.bytes()).isEqualTo(64 * 512);
    assertThat(shape.slabBytes() % 512).isZero();
  }

  @Test
  void aLargePoolOfAHybridLosesLessThanOnePercent() {
    // Pages of 512 KiB, matrix states of 2.25 MiB, convolution states of 96 KiB.
    TreeSet<Long> sizes = new TreeSet<>(List.of(512L << 10, 2304L << 10, 96L << 10));
    long pool = 100L << 30;
    PoolShape shape = cut(pool, sizes);
    assertThat(worstTail(shape, sizes)).isLessThan(0.01);
    assertThat((double) shape.bytes() / pool).isGreaterThan(0.99);
    assertThat(shape.slabs()).isBetween(64, 1 << 16);
  }

  @Test
  void aPoolThatHoldsNotOneObjectIsRefusedWithTheNumbers() {
    assertThatThrownBy(() -> cut(1000, new TreeSet<>(List.of(512L, 2048L))))
        .hasMessageContaining("1000 bytes")
        .hasMessageContaining("2048 bytes");
  }

  @Property
  void everyObjectFitsASlabAndEverySlabThePool(
      @ForAll @IntRange(min = 1, max = 4000) int first,
      @ForAll @IntRange(min = 1, max = 4000) int second,
      @ForAll @IntRange(min = 4000, max = 10_000_000) int poolUnits) {
    TreeSet<Long> sizes = new TreeSet<>(List.of(first * 256L, second * 256L));
    long pool = poolUnits * 256L + 17;
    PoolShape shape = cut(pool, sizes);
    assertThat(shape.slabBytes()).isGreaterThanOrEqualTo(sizes.last());
    assertThat(shape.bytes()).isLessThanOrEqualTo(pool);
    assertThat(shape.slabs()).isBetween(1, (1 << 16) + 1);
  }

  @Test
  void anObjectThatNoPartHoldsIsRefusedWithTheNumbers() {
    PoolSpace space = new PoolSpace(10_240, 1024);
    assertThatThrownBy(() -> cut(space, new TreeSet<>(List.of(2048L))))
        .hasMessageContaining("10240 bytes in parts of 1024")
        .hasMessageContaining("2048 bytes");
  }

  @Test
  void partsOfManySlabsLoseLittle() {
    TreeSet<Long> sizes = new TreeSet<>(List.of(512L << 10, 2304L << 10, 96L << 10));
    PoolSpace space = new PoolSpace(60L << 30, (4L << 30) - (2L << 20));
    PoolShape shape = cut(space, sizes);
    assertThat(worstTail(shape, sizes)).isLessThan(0.01);
    assertThat((double) shape.bytes() / space.bytes()).isGreaterThan(0.99);
  }

  /// The first byte and the last of each slab lie in one part and in the pool, and no slab where
  /// another lies.
  @Property
  void everySlabLiesInOnePart(
      @ForAll @IntRange(min = 1, max = 400) int object,
      @ForAll @IntRange(min = 400, max = 5000) int partUnits,
      @ForAll @IntRange(min = 400, max = 100_000) int poolUnits) {
    PoolSpace space = new PoolSpace(poolUnits * 256L + 17, partUnits * 256L);
    PoolShape shape = cut(space, new TreeSet<>(List.of(object * 256L)));
    long end = 0;
    for (int slab = 0; slab < shape.slabs(); slab++) {
      long at = shape.at(slab);
      assertThat(at).isGreaterThanOrEqualTo(end);
      end = at + shape.slabBytes();
      assertThat((end - 1) / space.partBytes()).isEqualTo(at / space.partBytes());
    }
    assertThat(end).isLessThanOrEqualTo(space.bytes()).isEqualTo(shape.space(0).bytes());
    assertThat(shape.at(0)).isZero();
  }
}
