package mneme.memory;

import java.util.List;
import mneme.format.Encoding;

/// Small plans for tests. Pages have 4 tokens; one head of 8 and 8 numbers makes a page of 512
/// bytes.
final class Plans {
  static final int PAGE_TOKENS = 4;

  private Plans() {}

  static MemoryPlan of(MemoryNeed... needs) {
    return MemoryPlan.of(List.of(needs), KvEncoding.both(Encoding.F32), PAGE_TOKENS);
  }

  /// Of a model that is split: every second need lies in another bank.
  static MemoryPlan inTwoBanks(MemoryNeed... needs) {
    return MemoryPlan.of(
        List.of(needs), KvEncoding.both(Encoding.F32), PAGE_TOKENS, need -> need % 2);
  }

  static MemoryNeed full(int heads) {
    return windowed(heads, 0);
  }

  static MemoryNeed windowed(int heads, int tokens) {
    return new MemoryNeed.Kv(heads, 8, 8, tokens);
  }

  static MemoryNeed latent() {
    return new MemoryNeed.Kv(1, 24, 0, 0);
  }

  static MemoryNeed state(int floats) {
    return new MemoryNeed.State(floats);
  }
}
