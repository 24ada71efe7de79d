package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import mneme.device.DevicePool;

/// The pool of an accelerator: one allocation, or as many as it takes.
final class AcceleratedPool implements DevicePool {
  private final Accelerator accelerator;
  private final long bytes;
  private final long partBytes;
  private final List<Memory> parts = new ArrayList<>();
  private final int kernelParts;

  /// @param partBytes of each part but the last
  AcceleratedPool(Accelerator accelerator, long bytes, long partBytes) {
    this.accelerator = accelerator;
    this.bytes = bytes;
    this.partBytes = partBytes;
    int count = Math.toIntExact(Math.max(1, Math.ceilDiv(bytes, partBytes)));
    kernelParts = accelerator.poolParts(count);
    try {
      for (long at = 0; parts.size() < count; at += partBytes) {
        long size = Math.min(partBytes, bytes - at);
        Memory part =
            accelerator.allocate(size, "the pool of " + bytes + " bytes, of which a part");
        parts.add(part);
        accelerator.zero(part, 0, size);
        accelerator.finish(); // what is under way must not be released if the next part fails
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /// For how many parts its kernels are built.
  int kernelParts() {
    return kernelParts;
  }

  /// As many parts as a kernel takes; one that is too many is never chosen.
  List<Memory> arguments() {
    return IntStream.range(0, kernelParts)
        .mapToObj(part -> parts.get(Math.min(part, parts.size() - 1)))
        .toList();
  }

  /// How the tables of a step name a page or state.
  ///
  /// @throws IllegalArgumentException if it does not lie in one part
  long place(long at, long length) {
    Objects.checkFromIndexSize(at, length, bytes);
    long from = at % partBytes;
    if (from + length > partBytes) {
      throw new IllegalArgumentException(
          "%d bytes at %d lie in two parts of %d".formatted(length, at, partBytes));
    }
    int part = (int) (at / partBytes);
    return accelerator.place(parts.get(part), part, from);
  }

  @Override
  public long bytes() {
    return bytes;
  }

  /// Some of a range, `done` bytes behind its begin, that lie in one part.
  private interface Piece {
    void take(Memory part, long at, long done, long length);
  }

  private void pieces(long at, long length, Piece piece) {
    Objects.checkFromIndexSize(at, length, bytes);
    for (long done = 0; done < length; ) {
      long from = (at + done) % partBytes;
      long some = Math.min(length - done, partBytes - from);
      piece.take(parts.get((int) ((at + done) / partBytes)), from, done, some);
      done += some;
    }
  }

  @Override
  public void copy(long from, long to, long length) {
    pieces(
        from,
        length,
        (source, sourceAt, done, some) ->
            pieces(
                to + done,
                some,
                (target, targetAt, more, few) ->
                    accelerator.copy(source, sourceAt + more, target, targetAt, few)));
    accelerator.finish();
  }

  @Override
  public void zero(long at, long length) {
    pieces(at, length, (part, from, _, some) -> accelerator.zero(part, from, some));
    accelerator.finish();
  }

  @Override
  public void write(long at, MemorySegment source) {
    pieces(
        at,
        source.byteSize(),
        (part, from, done, some) -> accelerator.write(part, from, source.asSlice(done, some)));
    accelerator.finish();
  }

  @Override
  public void read(long at, MemorySegment target) {
    pieces(
        at,
        target.byteSize(),
        (part, from, done, some) -> accelerator.read(part, from, target.asSlice(done, some)));
  }

  @Override
  public void close() {
    parts.forEach(Memory::release);
    parts.clear();
  }
}
