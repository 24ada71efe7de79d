package mneme.device.accelerator;

import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes that are allocated on a device. Any thread may ask.
public final class Tally {
  private final AtomicLong bytes = new AtomicLong();

  public void take(long more) {
    bytes.addAndGet(more);
  }

  public void giveBack(long fewer) {
    bytes.addAndGet(-fewer);
  }

  public long bytes() {
    return bytes.get();
  }
}
