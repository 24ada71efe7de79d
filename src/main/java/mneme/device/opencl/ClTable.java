package mneme.device.opencl;

import java.lang.foreign.MemorySegment;

/// A list of numbers on the device, set anew each step and grown as needed.
final class ClTable implements AutoCloseable {
  private static final long FIRST_BYTES = 1024;

  private final ClQueue queue;
  private ClBuffer buffer;

  ClTable(ClQueue queue) {
    this.queue = queue;
    this.buffer = queue.allocate(FIRST_BYTES, "a table of the step");
  }

  ClBuffer buffer() {
    return buffer;
  }

  void set(MemorySegment numbers) {
    if (numbers.byteSize() > buffer.bytes()) {
      buffer.release();
      buffer = queue.allocate(2 * numbers.byteSize(), "a table of the step");
    }
    queue.write(buffer, 0, numbers);
  }

  void set(int[] numbers) {
    set(MemorySegment.ofArray(numbers));
  }

  @Override
  public void close() {
    buffer.release();
  }
}
