package mneme.device.accelerator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import mneme.format.Tensor;

/// Lays the panels of a tensor out on the host and writes them to the device.
record PanelWriter(Tensor tensor, Panels panels, Accelerator accelerator) {
  private static final int ROOM_BYTES = 16 << 20;

  /// Panels `from` to `to`, exclusive, to the begin of `memory`: as many at a time as there is room
  /// to lay them out in.
  void write(int from, int to, Memory memory) {
    int bytes = panels.panelBytes();
    int most = Math.min(to - from, Math.max(1, ROOM_BYTES / bytes));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment room = arena.allocate((long) most * bytes, Integer.BYTES);
      for (int first = from; first < to; first += most) {
        int begin = first;
        int count = Math.min(most, to - first);
        IntStream.range(0, count)
            .parallel()
            .forEach(i -> panels.copy(tensor, begin + i, room.asSlice((long) i * bytes, bytes)));
        long at = (long) (first - from) * bytes;
        accelerator.write(memory, at, room.asSlice(0, (long) count * bytes));
      }
    }
  }
}
