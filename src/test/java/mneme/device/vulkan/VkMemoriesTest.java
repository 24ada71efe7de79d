package mneme.device.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VkMemoriesTest {
  @Test
  void aBufferLeavesTheDriverRoomToRoundUp() {
    assertThat(VkMemories.largestBytes(0xFFFF_FFFCL)).isEqualTo(0xFFE0_0000L);
    assertThat(VkMemories.largestBytes(1L << 30)).isEqualTo(1L << 30);
  }

  @Test
  void aLimitBeyondAllNumbersIsNoNegativeOne() {
    assertThat(VkMemories.largestBytes(-1)).isGreaterThan(1L << 62);
  }
}
