package mneme.device.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VkHeapTest {
  private static final long GIB = 1L << 30;

  @Test
  void freeIsWhatIsGrantedBeyondWhatIsUsed() {
    assertThat(new VkHeap(24 * GIB, true, 20 * GIB, 3 * GIB).freeBytes()).isEqualTo(17 * GIB);
  }

  @Test
  void aBudgetThatIsOverdrawnOrLargerThanTheHeapIsCutOff() {
    assertThat(new VkHeap(24 * GIB, true, 2 * GIB, 3 * GIB).freeBytes()).isZero();
    assertThat(new VkHeap(24 * GIB, true, 30 * GIB, 3 * GIB).freeBytes()).isEqualTo(24 * GIB);
  }

  @Test
  void whereNothingIsToldAllIsFree() {
    assertThat(new VkHeap(24 * GIB, false, 0, 0).freeBytes()).isEqualTo(24 * GIB);
  }
}
