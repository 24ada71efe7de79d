package mneme.device.probe;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;

/// Stands for [TrialProcess], with a driver that does what the argument says.
final class FakeTrial {
  private FakeTrial() {}

  public static void main(String[] args) throws Throwable {
    if (!args[0].equals("silent")) {
      System.out.println("a driver greets " + TrialProcess.MARK + TrialProcess.BEGUN);
    }
    switch (args[0]) {
      case "silent" -> System.exit(1);
      case "exits" -> {
        System.err.println("LLVM ERROR: Cannot select");
        System.exit(134);
      }
      case "aborts" -> abort();
      case "crashes" -> crash();
      case "hangs" -> TimeUnit.HOURS.sleep(1);
      case "is killed" -> {
        String pid = Long.toString(ProcessHandle.current().pid());
        new ProcessBuilder("kill", "-9", pid).start();
        TimeUnit.HOURS.sleep(1);
      }
      case "errs" -> say(TrialProcess.FAILED + "it computes wrongly: rope gives 3 instead of 2");
      case "is full" -> say(TrialProcess.UNABLE + "no room");
      case "passes" -> {
        say(TrialProcess.SPEED + "1.5E10");
        say(TrialProcess.PASSED + "computes rightly");
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void say(String words) {
    System.out.println(TrialProcess.MARK + words);
  }

  /// In native code, as a driver does: where Java code crashes depends on what compiled it.
  private static void crash() throws Throwable {
    Linker linker = Linker.nativeLinker();
    long length =
        (long)
            linker
                .downcallHandle(
                    linker.defaultLookup().find("strlen").orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS))
                .invokeExact(MemorySegment.ofAddress(8));
    System.out.println(length);
  }

  private static void abort() throws Throwable {
    Linker linker = Linker.nativeLinker();
    linker
        .downcallHandle(
            linker.defaultLookup().find("abort").orElseThrow(), FunctionDescriptor.ofVoid())
        .invokeExact();
  }
}
