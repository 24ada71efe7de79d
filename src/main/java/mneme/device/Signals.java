package mneme.device;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;

/// How this process answers signals. A JVM lives on them: a null pointer, a pause of the garbage
/// collector and the end of a mapped file are faults that it handles. A driver may put handlers of
/// its own in that place (PoCL and others get LLVM's), and then such a fault ends the process.
public final class Signals {
  /// From the first to SIGTERM: faults, and what others ask of a process.
  private static final int SIGNALS = 15;

  /// More than a `struct sigaction` has anywhere.
  private static final int ACTION_BYTES = 256;

  private static final Linker LINKER = Linker.nativeLinker();

  /// None on a system without signals.
  private static final Optional<MethodHandle> SIGACTION =
      preloaded("sigaction")
          .or(() -> LINKER.defaultLookup().find("sigaction"))
          .map(function ->
              call(
                  function,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS));

  /// What was done about each signal when no driver had been called yet.
  private static final MemorySegment BEFORE =
      Arena.global().allocate((long) SIGNALS * ACTION_BYTES, Long.BYTES);

  static {
    for (int signal = 1; signal <= SIGNALS; signal++) {
      act(signal, MemorySegment.NULL, before(signal));
    }
  }

  private Signals() {}

  /// The function that drivers get: with `libjsig` theirs is not the system's.
  private static Optional<MemorySegment> preloaded(String name) {
    return LINKER
        .defaultLookup()
        .find("dlsym")
        .map(dlsym -> call(dlsym, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
        .map(dlsym -> {
          try (Arena arena = Arena.ofConfined()) {
            return (MemorySegment) dlsym.invokeExact(MemorySegment.NULL, arena.allocateFrom(name));
          } catch (Throwable e) {
            throw new IllegalStateException(e);
          }
        })
        .filter(function -> function.address() != 0);
  }

  private static MethodHandle call(
      MemorySegment function, ValueLayout result, ValueLayout... arguments) {
    return LINKER.downcallHandle(function, FunctionDescriptor.of(result, arguments));
  }

  /// What `driver` gives. To be around every call with which a driver may begin something.
  public static <T> T kept(Supplier<T> driver) {
    try {
      return driver.get();
    } finally {
      restore();
    }
  }

  private static void restore() {
    for (int signal = 1; signal <= SIGNALS; signal++) {
      act(signal, before(signal), MemorySegment.NULL);
    }
  }

  private static MemorySegment before(int signal) {
    return BEFORE.asSlice((long) (signal - 1) * ACTION_BYTES, ACTION_BYTES);
  }

  /// Those that cannot be handled stay as they are.
  private static void act(int signal, MemorySegment set, MemorySegment get) {
    SIGACTION.ifPresent(sigaction -> {
      try {
        int _ = (int) sigaction.invokeExact(signal, set, get);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    });
  }

  /// Where the handler of a signal lies, or 0.
  static long handler(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(ACTION_BYTES, Long.BYTES);
      act(signal, MemorySegment.NULL, action);
      return action.get(ValueLayout.JAVA_LONG, 0);
    }
  }
}
