package mneme.device.host.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import mneme.device.DeviceException;

/// Zeroed memory outside the heap. On Linux it is mapped, in huge pages where the system gives
/// them, and takes room only once it is touched; elsewhere it comes from an arena.
///
/// The segment's lifetime is unchecked for the sake of the kernels' inner loops: whoever closes the
/// block must know that nothing computes on it any more.
public final class NativeBlock implements AutoCloseable {
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int DONT_NEED = 4;
  private static final int HUGE_PAGES = 14;
  private static final long PAGE_BYTES = 4096;
  private static final boolean LINUX =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");

  private static final Optional<Calls> CALLS = LINUX ? Calls.find() : Optional.empty();

  private final MemorySegment segment;
  private final Optional<Arena> arena;

  private NativeBlock(MemorySegment segment, Optional<Arena> arena) {
    this.segment = segment;
    this.arena = arena;
  }

  /// @throws DeviceException kind OUT_OF_MEMORY if the system has none left
  @SuppressWarnings("MustBeClosed") // the block owns the arena and closes it
  public static NativeBlock of(long bytes) {
    long rounded = (Math.max(bytes, 1) + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    if (CALLS.isPresent()) {
      return new NativeBlock(CALLS.get().map(rounded), Optional.empty());
    }
    Arena arena = Arena.ofShared();
    try {
      return new NativeBlock(arena.allocate(rounded, 64), Optional.of(arena));
    } catch (OutOfMemoryError e) {
      arena.close();
      throw outOfMemory(rounded);
    }
  }

  public MemorySegment segment() {
    return segment;
  }

  /// Tells the system that the file pages under `mapped` need not stay in memory; they are read
  /// again if they are touched again.
  public static void forget(MemorySegment mapped) {
    if (mapped.isMapped()) {
      CALLS.ifPresent(calls -> calls.forget(mapped));
    }
  }

  @Override
  public void close() {
    if (arena.isPresent()) {
      arena.get().close();
    } else {
      CALLS.ifPresent(calls -> calls.unmap(segment));
    }
  }

  private static DeviceException outOfMemory(long bytes) {
    return new DeviceException(
        DeviceException.Kind.OUT_OF_MEMORY, "the system refused " + bytes + " bytes of memory");
  }

  /// The three calls of the C library that this needs.
  private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
    static Optional<Calls> find() {
      ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
      ValueLayout.OfInt number = ValueLayout.JAVA_INT;
      Linker linker = Linker.nativeLinker();
      var names = linker.defaultLookup();
      return names
          .find("mmap")
          .flatMap(mmap ->
              names
                  .find("munmap")
                  .flatMap(munmap ->
                      names
                          .find("madvise")
                          .map(madvise ->
                              new Calls(
                                  linker.downcallHandle(
                                      mmap,
                                      FunctionDescriptor.of(
                                          word, word, word, number, number, number, word)),
                                  linker.downcallHandle(
                                      munmap, FunctionDescriptor.of(number, word, word)),
                                  linker.downcallHandle(
                                      madvise,
                                      FunctionDescriptor.of(number, word, word, number))))));
    }

    MemorySegment map(long bytes) {
      long address =
          call(() -> (long) mmap.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L));
      if (address == -1) {
        throw outOfMemory(bytes);
      }
      call(() -> (int) madvise.invokeExact(address, bytes, HUGE_PAGES));
      return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    void unmap(MemorySegment segment) {
      call(() -> (int) munmap.invokeExact(segment.address(), segment.byteSize()));
    }

    void forget(MemorySegment mapped) {
      long first = (mapped.address() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
      long end = (mapped.address() + mapped.byteSize()) / PAGE_BYTES * PAGE_BYTES;
      if (end > first) {
        call(() -> (int) madvise.invokeExact(first, end - first, DONT_NEED));
      }
    }

    private interface Call<T> {
      T get() throws Throwable;
    }

    private static <T> T call(Call<T> call) {
      try {
        return call.get();
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("a call into the C library failed", e);
      }
    }
  }
}
